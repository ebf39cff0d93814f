/**
 * Mends how `ipfs-unixfs` writes sizes. The library below it (protons-runtime
 * 7.1) garbles numbers from 2 GiB up to 4 GiB: a file of such a size, or a large
 * one with a part of such a size, gets a block that nobody can read, or is not
 * written at all.
 *
 * Not an encoder of its own: all that has no such number is left to the library.
 * To be removed once the test beside it passes without it.
 */
import { UnixFS } from 'ipfs-unixfs'
import { varint } from 'multiformats'

const GARBLED = { first: 0x80000000n, last: 0xffffffffn }

/** Bytes of the type, and of the size of an empty file, at the start of what the library writes. */
const TYPE_END = 2
const SIZE_END = 4

// protobuf tags, as the UnixFS specification numbers the fields
const DATA_TAG = 0x12
const FILE_SIZE_TAG = 0x18
const BLOCK_SIZE_TAG = 0x20

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the file it belongs to
const marshal: (this: UnixFS) => Uint8Array = UnixFS.prototype.marshal

/** From now on every file is written right, whoever writes it. May be called twice. */
export function mendMarshal (): void {
  UnixFS.prototype.marshal = marshalMended
}

function marshalMended (this: UnixFS): Uint8Array {
  const isGarbled = this.type === 'file' && [this.fileSize(), ...this.blockSizes].some(size => size >= GARBLED.first && size <= GARBLED.last)

  return isGarbled ? marshalLarge(this) : marshal.call(this)
}

/** Type, bytes, size, sizes of the parts, then the rest: the order matters, since the block is hashed. */
function marshalLarge (file: UnixFS): Uint8Array {
  const { mode, mtime, data } = file
  const empty = marshal.call(new UnixFS({ type: 'file', ...(mode == null ? {} : { mode }), ...(mtime == null ? {} : { mtime }) }))
  const pieces = [
    empty.subarray(0, TYPE_END),
    ...(data == null || data.byteLength === 0 ? [] : [numberField(DATA_TAG, data.byteLength), data]),
    numberField(FILE_SIZE_TAG, Number(file.fileSize())),
    ...file.blockSizes.map(size => numberField(BLOCK_SIZE_TAG, Number(size))),
    empty.subarray(SIZE_END)
  ]

  return new Uint8Array(pieces.flatMap(piece => [...piece]))
}

function numberField (tag: number, value: number): Uint8Array {
  const field = new Uint8Array(1 + varint.encodingLength(value))

  field[0] = tag
  varint.encodeTo(value, field, 1)

  return field
}
