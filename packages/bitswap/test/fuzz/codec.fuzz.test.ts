/**
 * Feeds the decoder and the unframer with messages that were damaged at random,
 * always the same ones: the seed is fixed and the number of cases bounded. Of
 * each it asks that nothing but our own errors comes out, that what comes out is
 * no larger than what went in, and that it is the same once written and read again.
 *
 * A failure names its case; `new SeededRandom(SEED + case)` repeats it.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { SeededRandom } from '../../src/core/random.ts'
import { SLAB_SIZE } from '../../src/message/cid-decoder.ts'
import {
  decodeMessage,
  defaultHashers,
  encodedSize,
  encodeMessage,
  MalformedMessageError,
  MessageTooLargeError,
  UnknownHashError,
  Unframer,
  verifyBlock
} from '../../src/message/index.ts'
import { concat, cut, hex, toHex } from '../support/messages.ts'
import type { Message, ReceivedBlock, ReceivedMessage } from '../../src/message/index.ts'
import type { Uint8ArrayList } from 'uint8arraylist'

const SEED = 20_261_121
const CASES = 30_000

const folder = new URL('./corpus/', import.meta.url)
const names = readdirSync(folder).filter(name => name.endsWith('.hex')).sort()
const corpus = names.map(name => hex(readFileSync(new URL(name, folder), 'utf8')))

/** Bytes that mean much where they happen to fall: tags, lengths, ends of varints. */
const TELLING = [0x00, 0x01, 0x08, 0x0a, 0x0b, 0x0c, 0x10, 0x12, 0x1a, 0x20, 0x22, 0x28, 0x3f, 0x7f, 0x80, 0xff]

function pick<T> (random: SeededRandom, items: readonly T[]): T {
  return items[random.int(items.length)] as T
}

/** Ways to damage bytes. */
const DAMAGE: Array<(bytes: Uint8Array, at: number, random: SeededRandom) => Uint8Array> = [
  (bytes, at, random) => bytes.map((byte, i) => i === at ? byte ^ (1 << random.int(8)) : byte),
  (bytes, at, random) => bytes.map((byte, i) => i === at ? pick(random, TELLING) : byte),
  (bytes, at, random) => bytes.map((byte, i) => i === at ? random.int(256) : byte),
  (bytes, at, random) => concat(bytes.subarray(0, at), Uint8Array.of(pick(random, TELLING)), bytes.subarray(at)),
  (bytes, at, random) => concat(bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(8))),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => concat(bytes.subarray(0, at), bytes.subarray(random.int(at + 1), at), bytes.subarray(at)),
  (bytes, at, random) => concat(bytes.subarray(0, at), pick(random, corpus)),
  (bytes, at, random) => concat(bytes.subarray(0, at), pick(random, corpus), bytes.subarray(at)),
  (bytes, at) => concat(bytes.subarray(0, at), new Uint8Array(9).fill(0xff), bytes.subarray(at))
]

function damaged (random: SeededRandom): Uint8Array {
  let bytes = pick(random, corpus)

  for (let times = random.int(5); times > 0; times--) {
    bytes = pick(random, DAMAGE)(bytes, random.int(bytes.length + 1), random)
  }

  return bytes
}

/** In up to five fragments, none of which shares memory with another. */
function inFragments (bytes: Uint8Array, random: SeededRandom): Uint8ArrayList {
  return cut(bytes, Array.from({ length: random.int(5) }, () => random.int(bytes.length + 1)))
}

/** The result, or undefined when one of our errors was thrown. Other errors are not ours to throw. */
function attempt<T> (action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof MalformedMessageError || error instanceof MessageTooLargeError || error instanceof UnknownHashError) {
      return undefined
    }

    throw error
  }
}

/** Memory of its own that a message keeps alive, apart from the fragments it came in. */
function ownMemory (message: ReceivedMessage, given: Iterable<Uint8Array>): number {
  const buffers = new Set<ArrayBufferLike>()
  const cids = [...message.wants.map(({ cid }) => cid), ...message.cancels, ...message.presences.map(({ cid }) => cid)]

  for (const bytes of [...cids.map(cid => cid.bytes), ...message.blocks.map(block => block.bytes)]) {
    buffers.add(bytes.buffer)
  }

  for (const bytes of given) {
    buffers.delete(bytes.buffer)
  }

  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0)
}

/** A CID with that prefix, of any digest: what is encoded of it is the prefix. */
function anyCIDWith ({ prefix }: ReceivedBlock): CID {
  return CID.create(prefix.version, prefix.codec, Digest.create(prefix.hash, new Uint8Array(prefix.digestSize)))
}

function checkMessage (bytes: Uint8ArrayList): void {
  const message = attempt(() => decodeMessage(bytes))

  if (message === undefined) {
    return
  }

  const { wants, cancels, blocks, presences, malformed } = message

  // an entry is at least two bytes: tag and length
  assert.ok(wants.length + cancels.length + blocks.length + presences.length + malformed <= bytes.byteLength / 2)
  assert.ok(ownMemory(message, bytes) <= 2 * bytes.byteLength + SLAB_SIZE)

  for (const block of blocks) {
    const verified = attempt(() => verifyBlock(block, defaultHashers))

    assert.ok(!(verified instanceof Promise))
    assert.ok(verified === undefined || verified.cid.multihash.size === block.prefix.digestSize)
  }

  const again: Message = { ...message, blocks: blocks.map(block => ({ cid: anyCIDWith(block), bytes: block.bytes })) }
  const encoded = encodeMessage(again, 'v1')

  assert.equal(encoded.byteLength, encodedSize(again, 'v1'))
  assert.deepEqual({ ...decodeMessage(encoded), size: 0, malformed: 0 }, { ...message, size: 0, malformed: 0 })
}

function checkFrames (bytes: Uint8Array, random: SeededRandom): void {
  const unframer = new Unframer(1000)
  let taken = 0

  for (const fragment of inFragments(bytes, random)) {
    attempt(() => {
      unframer.push(fragment)

      for (let frame = unframer.next(); frame !== undefined; frame = unframer.next()) {
        taken += frame.byteLength
        checkMessage(frame)
      }
    })

    assert.ok(taken + unframer.buffered <= bytes.byteLength)
  }
}

/** What the decoder makes of the bytes, as text to compare. */
function outcome (bytes: Uint8Array | Uint8ArrayList): string {
  const message = attempt(() => decodeMessage(bytes))

  return JSON.stringify(message, (_, value: unknown) => value instanceof Uint8Array ? toHex(value) : value) ?? 'refused'
}

for (const [i, name] of names.entries()) {
  test(`corpus: ${name}`, () => {
    const bytes = corpus[i] as Uint8Array

    for (let position = 0; position <= bytes.length; position++) {
      checkMessage(cut(bytes, [position]))
      checkFrames(bytes, new SeededRandom(position))
    }
  })
}

test(`${CASES} damaged messages bring out nothing but our errors, and no more than went in`, () => {
  for (let number = 0; number < CASES; number++) {
    const random = new SeededRandom(SEED + number)
    const bytes = damaged(random)

    try {
      checkMessage(inFragments(bytes, random))
      checkFrames(bytes, random)
      assert.equal(outcome(inFragments(bytes, random)), outcome(bytes), 'the same, however it is cut')
    } catch (error) {
      throw new Error(`case ${number}, seed ${SEED + number}: ${toHex(bytes)}`, { cause: error })
    }
  }
})
