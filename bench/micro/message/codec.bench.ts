/**
 * How long the codec takes, for the messages that matter: blocks in one piece
 * and in fragments, a large wantlist, a single want. Prints the median of the
 * rounds in microseconds. No network, no hashing unless it says so.
 *
 *   npx node --conditions=ts-bitswap:source bench/micro/message/codec.bench.ts
 */
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import {
  decodeMessage,
  decodePrefix,
  defaultHashers,
  encodedSize,
  encodeFrame,
  encodeMessage,
  encodePrefix,
  MessageBuilder,
  Unframer,
  verifyBlock
} from 'ts-bitswap/message'
import { Uint8ArrayList } from 'uint8arraylist'
import type { Message, WantEntry } from 'ts-bitswap/message'

const ROUNDS = 60
const MIN_ROUND_TIME = 5
const FRAGMENT_SIZE = 64 * 1024

let seed = 1

/** A linear congruential generator: the bytes only have to differ, and to be the same each time. */
function randomBytes (size: number): Uint8Array {
  const bytes = new Uint8Array(size)

  for (let i = 0; i < size; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    bytes[i] = seed >>> 24
  }

  return bytes
}

function randomCID (): CID {
  return CID.createV1(0x55, Digest.create(0x12, randomBytes(32)))
}

function message (parts: Partial<Message>): Message {
  return { full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...parts }
}

function fragmented (bytes: Uint8Array, size: number): Uint8ArrayList {
  const list = new Uint8ArrayList()

  for (let at = 0; at < bytes.length; at += size) {
    list.append(bytes.slice(at, at + size))
  }

  return list
}

/** Median time of one call in microseconds, over rounds that are long enough to be measured. */
function measure (name: string, run: () => unknown): void {
  let calls = 1

  for (;;) {
    const start = performance.now()

    for (let i = 0; i < calls; i++) {
      run()
    }

    if (performance.now() - start >= MIN_ROUND_TIME) {
      break
    }

    calls *= 2
  }

  const times: number[] = []

  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()

    for (let i = 0; i < calls; i++) {
      run()
    }

    times.push((performance.now() - start) * 1000 / calls)
  }

  times.sort((a, b) => a - b)
  console.log(`${name.padEnd(58)} ${times[ROUNDS / 2]?.toFixed(2).padStart(10)} µs`)
}

const blocks = Array.from({ length: 8 }, () => ({ cid: randomCID(), bytes: randomBytes(256 * 1024) }))
const blockMessage = message({ blocks })
const blockBytes = encodeMessage(blockMessage, 'v1').subarray()
const blockFragments = fragmented(blockBytes, FRAGMENT_SIZE)
const blockFrame = encodeFrame(blockMessage, 'v1').subarray()

const oneBlock = { prefix: decodePrefix(encodePrefix(randomCID())), bytes: randomBytes(256 * 1024) }

const wants = Array.from({ length: 8192 }, (_, i): WantEntry => ({ cid: randomCID(), priority: i + 1, wantType: 'have', sendDontHave: true }))
const wantMessage = message({ wants })
const wantBytes = encodeMessage(wantMessage, 'v1').subarray()
const wantFragments = fragmented(wantBytes, 1500)

const presenceMessage = message({ presences: wants.slice(0, 1024).map(({ cid }) => ({ cid, type: 'have' })) })
const presenceBytes = encodeMessage(presenceMessage, 'v1').subarray()

const oneMessage = message({ wants: wants.slice(0, 1) })
const oneBytes = encodeMessage(oneMessage, 'v1').subarray()
const smallFrames = new Uint8ArrayList(...Array.from({ length: 1000 }, () => encodeFrame(oneMessage, 'v1'))).subarray()

function unframe (bytes: Uint8Array | Uint8ArrayList): number {
  const unframer = new Unframer()
  let count = 0

  unframer.push(bytes)

  while (unframer.next() !== undefined) {
    count++
  }

  return count
}

function build (): MessageBuilder {
  const builder = new MessageBuilder()

  for (const want of wants) {
    builder.addWant(want)
  }

  return builder
}

measure('decode 2 MiB, 8 blocks, one piece', () => decodeMessage(blockBytes))
measure('decode 2 MiB, 8 blocks, fragments of 64 KiB', () => decodeMessage(blockFragments))
measure('encode 2 MiB, 8 blocks', () => encodeMessage(blockMessage, 'v1'))
measure('unframe 2 MiB, one piece', () => unframe(blockFrame))
measure('unframe 2 MiB, fragments of 64 KiB', () => unframe(fragmented(blockFrame, FRAGMENT_SIZE)))
measure('decode 8192 wants, one piece', () => decodeMessage(wantBytes))
measure('decode 8192 wants, fragments of 1500 B', () => decodeMessage(wantFragments))
measure('encode 8192 wants', () => encodeMessage(wantMessage, 'v1'))
measure('size of 8192 wants', () => encodedSize(wantMessage, 'v1'))
measure('build 8192 wants', () => build())
measure('decode 1024 presences', () => decodeMessage(presenceBytes))
measure('encode 1024 presences', () => encodeMessage(presenceMessage, 'v1'))
measure('decode 1 want', () => decodeMessage(oneBytes))
measure('encode 1 want, framed', () => encodeFrame(oneMessage, 'v1'))
measure('unframe 1000 messages of 1 want, one piece', () => unframe(smallFrames))
measure('verify 256 KiB (sha2-256)', () => verifyBlock(oneBlock, defaultHashers))
