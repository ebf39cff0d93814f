/**
 * How many bytes each thing takes in an encoded message, its tag and length
 * included, exactly and without encoding it: for whoever fills a message up to
 * a limit. All are O(1).
 *
 * What is in the wantlist also lengthens the length of the wantlist, by up to 3
 * bytes in all; {@link wantlistSize} has it.
 */
import { prefixSize } from './prefix.ts'
import { varintSize } from './varint.ts'
import { PresenceType, WantType } from './message.ts'
import type { Block, Message, Presence, WantEntry } from './message.ts'
import type { CID } from 'multiformats/cid'

/**
 * Which fields a message is written with. `v0` is for peers of
 * `/ipfs/bitswap/1.0.0` and the unversioned id: blocks are bare bytes, named by
 * CIDv0, and there are no presences and no pending bytes. `v1` is for the rest.
 */
export type WireFormat = 'v0' | 'v1'

const MIN_INT32 = -0x8000_0000
const MAX_INT32 = 0x7fff_ffff

/** All our tags take one byte. */
const TAG_SIZE = 1

/** A boolean that is true, or an enum value that is not 0: tag and value. */
export const FLAG_SIZE: number = TAG_SIZE + 1

/** A field of bytes, or a submessage, of `size` bytes. */
export function bytesSize (size: number): number {
  return TAG_SIZE + varintSize(size) + size
}

/** What an int32 field can say of `value`: the nearest it can hold. NaN counts as 0. */
export function toInt32 (value: number): number {
  return Math.trunc(Math.min(Math.max(value, MIN_INT32), MAX_INT32)) || 0
}

/** An int32 field: nothing for 0, and all of ten bytes for a negative number. */
function int32Size (value: number): number {
  if (value === 0) {
    return 0
  }

  return TAG_SIZE + (value < 0 ? 10 : varintSize(value))
}

/** Of the inside of the entry for a want. */
export function wantBodySize ({ cid, priority, wantType, sendDontHave }: WantEntry): number {
  return bytesSize(cid.bytes.length) + int32Size(toInt32(priority)) +
    (wantType === WantType.Have ? FLAG_SIZE : 0) + (sendDontHave ? FLAG_SIZE : 0)
}

/** A want in the wantlist. 46 bytes for a CIDv0 with a priority near the maximum and `sendDontHave`. */
export function wantSize (want: WantEntry): number {
  return bytesSize(wantBodySize(want))
}

/** Of the inside of the entry for a cancel. */
export function cancelBodySize (cid: CID): number {
  return bytesSize(cid.bytes.length) + FLAG_SIZE
}

/** A cancel in the wantlist. 40 bytes for a CIDv0. */
export function cancelSize (cid: CID): number {
  return bytesSize(cancelBodySize(cid))
}

/** The wantlist with entries of `entriesSize` bytes in all. It is written even when empty, as boxo does. */
export function wantlistSize (entriesSize: number, full: boolean): number {
  return bytesSize(entriesSize + (full ? FLAG_SIZE : 0))
}

/** Of the inside of a payload. */
export function payloadBodySize ({ cid, bytes }: Block): number {
  return bytesSize(prefixSize(cid)) + (bytes.byteLength === 0 ? 0 : bytesSize(bytes.byteLength))
}

/** A block: its bytes and 3 to 17 more. */
export function blockSize (block: Block, format: WireFormat): number {
  return bytesSize(format === 'v0' ? block.bytes.byteLength : payloadBodySize(block))
}

/** Of the inside of a presence. */
export function presenceBodySize ({ cid, type }: Presence): number {
  return bytesSize(cid.bytes.length) + (type === PresenceType.DontHave ? FLAG_SIZE : 0)
}

/** A presence: 38 bytes for a HAVE of a CIDv0. None in `v0`. */
export function presenceSize (presence: Presence, format: WireFormat): number {
  return format === 'v0' ? 0 : bytesSize(presenceBodySize(presence))
}

/** What is written for pending bytes: no less than 0, no more than an int32 holds. */
export function toPendingBytes (pendingBytes: number): number {
  return Math.max(0, toInt32(pendingBytes))
}

/** The number of pending bytes: nothing for 0, and at most 6 bytes. None in `v0`. */
export function pendingBytesSize (pendingBytes: number, format: WireFormat): number {
  return format === 'v0' ? 0 : int32Size(toPendingBytes(pendingBytes))
}

/**
 * Exact size of `encodeMessage(message, format)`. Costs a few operations for
 * each entry, whatever the size of the blocks.
 */
export function encodedSize (message: Message, format: WireFormat): number {
  let size = wantlistSize(entriesSize(message), message.full) + pendingBytesSize(message.pendingBytes, format)

  for (const block of message.blocks) {
    size += blockSize(block, format)
  }

  for (const presence of message.presences) {
    size += presenceSize(presence, format)
  }

  return size
}

/** Of all that is in the wantlist but `full`. */
export function entriesSize ({ wants, cancels }: Message): number {
  let size = 0

  for (const want of wants) {
    size += wantSize(want)
  }

  for (const cid of cancels) {
    size += cancelSize(cid)
  }

  return size
}
