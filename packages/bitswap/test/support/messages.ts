/** What the tests of `message/` share: bytes as hex, CIDs by number, arbitrary messages, fragments. */
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { Uint8ArrayList } from 'uint8arraylist'
import { PresenceType, WantType } from '../../src/message/message.ts'
import type { Block, Message, Presence, WantEntry } from '../../src/message/message.ts'

// the same cases in every run; a failure prints how to repeat it
fc.configureGlobal({ seed: 1, numRuns: 200 })

/** Bytes from hex digits; white space and what follows a # do not count. */
export function hex (text: string): Uint8Array {
  const digits = text.replace(/#.*$/gm, '').replace(/\s+/g, '')

  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    throw new SyntaxError(`not hexadecimal: ${text}`)
  }

  return Uint8Array.from(digits.match(/../g) ?? [], pair => parseInt(pair, 16))
}

export function toHex (bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

export function concat (...parts: Uint8Array[]): Uint8Array {
  return new Uint8ArrayList(...parts).subarray()
}

/** A message that says what `parts` say, and nothing else. */
export function messageOf (parts: Partial<Message>): Message {
  return { full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...parts }
}

export function wantOf (cid: CID, parts: Partial<WantEntry> = {}): WantEntry {
  return { cid, priority: 1, wantType: WantType.Block, sendDontHave: false, ...parts }
}

/** A digest no bytes are known for: `number` in its last four bytes, 0xab in the others. */
function digestOf (number: number): Digest.Digest<number, number> {
  const digest = new Uint8Array(32).fill(0xab)
  new DataView(digest.buffer).setUint32(28, number)

  return Digest.create(0x12, digest)
}

/** The CIDv1 (raw) number `number`. */
export function cidOf (number: number): CID {
  return CID.createV1(0x55, digestOf(number))
}

/** The CIDv0 number `number`. */
export function cidV0Of (number: number): CID {
  return CID.createV0(digestOf(number) as Digest.Digest<0x12, number>)
}

/** The bytes in fragments that end at the given positions, each in a buffer of its own. */
export function cut (bytes: Uint8Array, positions: number[]): Uint8ArrayList {
  const list = new Uint8ArrayList()
  let start = 0

  for (const end of [...positions.filter(position => position <= bytes.length).sort((a, b) => a - b), bytes.length]) {
    list.append(bytes.slice(start, end))
    start = end
  }

  return list
}

/** The bytes in fragments of `size` bytes. */
export function cutEvery (bytes: Uint8Array, size: number): Uint8ArrayList {
  return cut(bytes, Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size))
}

/** Ordinary objects, so that they may be deeply equal to others. */
const PLAIN = { noNullPrototype: true } as const

/** Everyday CIDs, and any codec, hash function and length of digest there can be. */
export const anyCID: fc.Arbitrary<CID> = fc.oneof(
  fc.nat(8).map(cidOf),
  fc.nat(8).map(cidV0Of),
  fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), fc.uint8Array({ maxLength: 128 }))
    .map(([codec, hash, digest]) => CID.createV1(codec, Digest.create(hash, digest)))
)

/** CIDs that the prefix of a block can name. */
const anyBlockCID: fc.Arbitrary<CID> = fc.oneof(
  fc.nat(8).map(cidOf),
  fc.nat(8).map(cidV0Of),
  fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), fc.uint8Array({ minLength: 20, maxLength: 128 }))
    .map(([codec, hash, digest]) => CID.createV1(codec, Digest.create(hash, digest)))
)

export const anyWant: fc.Arbitrary<WantEntry> = fc.record({
  cid: anyCID,
  priority: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  wantType: fc.constantFrom(WantType.Block, WantType.Have),
  sendDontHave: fc.boolean()
}, PLAIN)

export const anyPresence: fc.Arbitrary<Presence> = fc.record({
  cid: anyCID,
  type: fc.constantFrom(PresenceType.Have, PresenceType.DontHave)
}, PLAIN)

/** The bytes need not have that hash: nothing here verifies. */
export const anyBlock: fc.Arbitrary<Block> = fc.record({ cid: anyBlockCID, bytes: fc.uint8Array({ maxLength: 300 }) }, PLAIN)

/** Says everything once of each CID, as a builder would. */
export const anyMessage: fc.Arbitrary<Message> = fc.record({
  full: fc.boolean(),
  entries: fc.uniqueArray(fc.record({ want: anyWant, cancel: fc.boolean() }), { selector: ({ want }) => toHex(want.cid.bytes), maxLength: 12 }),
  blocks: fc.array(anyBlock, { maxLength: 4 }),
  presences: fc.uniqueArray(anyPresence, { selector: ({ cid }) => toHex(cid.bytes), maxLength: 12 }),
  pendingBytes: fc.nat(0x7fff_ffff)
}).map(({ entries, ...rest }) => ({
  ...rest,
  wants: entries.filter(({ cancel }) => !cancel).map(({ want }) => want),
  cancels: entries.filter(({ cancel }) => cancel).map(({ want }) => want.cid)
}))

/** Positions to {@link cut} at, often many and close together. */
export const anyCuts: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.nat(2000), { maxLength: 20 }),
  fc.constant(Array.from({ length: 5000 }, (_, i) => i))
)
