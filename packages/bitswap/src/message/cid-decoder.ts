/**
 * Makes CIDs of bytes from the wire, in memory of their own: a want may be kept
 * for hours, and must not keep the message it came in. Copies of everyday size
 * share small slabs, because an ArrayBuffer for each would cost five times the rest.
 *
 * Not for: CIDs as text, or for checking that anything has that hash.
 *
 * Limits: CIDs up to MAX_CID_SIZE; a CID that is kept keeps up to {@link SLAB_SIZE}
 * bytes with it.
 */
import { CID } from 'multiformats/cid'
import { Digest } from 'multiformats/hashes/digest'
import { MAX_CID_SIZE } from './limits.ts'
import { CIDV0_PREFIX } from './prefix.ts'
import { readVarint, varintSize } from './varint.ts'
import type { ProtobufReader } from './protobuf.ts'
import { RecentCIDs } from './recent-cids.ts'

/**
 * Room for some 14 CIDs. Larger slabs made decoding no faster (measured up to
 * 16 KiB), and one CID that is kept keeps its whole slab.
 */
export const SLAB_SIZE: number = 512

/** A CIDv0 is a sha2-256 multihash: hash function, digest size, digest. */
const CIDV0_SIZE = 2 + CIDV0_PREFIX.digestSize

/** Of all messages. */
const recent = new RecentCIDs()

export class CIDDecoder {
  #slab: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #used: number = 0
  /** Bytes of message left when it started: no slab need be larger. */
  #left: number

  /** @param size - of the message the CIDs come from */
  constructor (size: number) {
    this.#left = size
  }

  /**
   * The CID that is the next `size` bytes of `reader`, which are consumed
   * either way; undefined when they are no CID: none at all, too many, of an
   * unknown version, or not ending where its digest ends. Does not throw, as
   * there may be a million bad ones. Costs a copy; one that came lately is the
   * same object.
   */
  read (reader: ProtobufReader, size: number): CID | undefined {
    if (size === 0 || size > MAX_CID_SIZE) {
      reader.pass(size)

      return undefined
    }

    const start = this.#reserve(size)
    reader.copy(this.#slab, start, size)
    const known = recent.get(this.#slab, start, start + size)

    if (known !== undefined) {
      return known
    }

    const cid = decodeCID(this.#slab, start, start + size)

    if (cid !== undefined) {
      this.#used += size
      recent.add(cid)
    }

    return cid
  }

  #reserve (size: number): number {
    if (this.#used + size > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(size, Math.min(SLAB_SIZE, this.#left)))
      this.#used = 0
    }

    this.#left -= size

    return this.#used
  }
}

/**
 * The CID that fills `bytes` from `start` to `end`, as views of them; undefined
 * when they are none. A quarter of the memory that `CID.decode` takes, and leaves
 * for the collector.
 */
export function decodeCID (bytes: Uint8Array<ArrayBuffer>, start: number, end: number): CID | undefined {
  const { hash, codec, digestSize } = CIDV0_PREFIX

  if (end - start === CIDV0_SIZE && bytes[start] === hash && bytes[start + 1] === digestSize) {
    const multihash = view(bytes, start, end)

    return new CID(0, codec, new Digest(hash, digestSize, view(bytes, start + 2, end), multihash), multihash)
  }

  // the version is one byte; a longer encoding of 1 is not allowed
  return bytes[start] === 1 ? decodeCIDv1(bytes, start, end) : undefined
}

function decodeCIDv1 (bytes: Uint8Array<ArrayBuffer>, start: number, end: number): CID | undefined {
  const codec = readVarint(bytes, start + 1, end)
  const multihashStart = start + 1 + varintSize(codec)
  const hash = readVarint(bytes, multihashStart, end)
  const sizeStart = multihashStart + varintSize(hash)
  const digestSize = readVarint(bytes, sizeStart, end)
  const digestStart = sizeStart + varintSize(digestSize)

  if (codec < 0 || hash < 0 || digestSize < 0 || digestStart + digestSize !== end) {
    return undefined
  }

  const digest = new Digest(hash, digestSize, view(bytes, digestStart, end), view(bytes, multihashStart, end))

  return new CID(1, codec, digest, view(bytes, start, end))
}

function view (bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
}
