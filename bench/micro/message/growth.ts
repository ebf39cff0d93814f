/** What one piece of a frame, one frame and one want cost, of few and of many. */
import { decodeMessage, encodeFrame, encodeMessage, Unframer } from 'ts-bitswap/message'
import type { Message } from 'ts-bitswap/message'
import { randomCid } from 'ts-bitswap/testing'
import { SeededRandom } from '../../../packages/bitswap/src/core/random.ts'
import type { Growth } from '../growth/times.ts'

const random = new SeededRandom(1)

function message (parts: Partial<Message>): Message {
  return { full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...parts }
}

function wants (count: number): Message {
  return message({ wants: Array.from({ length: count }, () => ({ cid: randomCid(random), priority: 1, wantType: 'block', sendDontHave: true })) })
}

/** Of a frame that is cut as finely as a hostile peer may cut it. */
const PIECE = 64

const want = encodeFrame(wants(1), 'v1').subarray()

/** A frame in so many pieces, each with memory of its own, as they come from a socket. */
function pieces (count: number): Uint8Array[] {
  const bytes = random.fillBytes(new Uint8Array(count * PIECE - 100)) // some room for what is around the block
  const frame = encodeFrame(message({ blocks: [{ cid: randomCid(random), bytes }] }), 'v1').subarray()

  return Array.from({ length: Math.ceil(frame.length / PIECE) }, (_, i) => frame.slice(i * PIECE, (i + 1) * PIECE))
}

/** Cuts what comes in pieces into frames, as a stream does, and reads them. */
function read (unframer: Unframer, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    unframer.push(piece)

    for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
      decodeMessage(frame)
    }
  }
}

function repeated (bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times)

  for (let i = 0; i < times; i++) {
    all.set(bytes, i * bytes.length)
  }

  return all
}

export const messageGrowth: readonly Growth[] = [
  {
    what: `a piece of ${PIECE} bytes, of a frame in so many`,
    small: '256',
    large: '32768',
    limit: 3,
    setUp: size => {
      const [frame, times] = size === 'small' ? [pieces(256), 128] : [pieces(32_768), 1]

      return {
        round: () => {
          for (let i = 0; i < times; i++) {
            read(new Unframer(), frame)
          }
        },
        count: () => times * frame.length
      }
    }
  },
  {
    what: 'a frame of one want, of so many that come at once',
    small: '10',
    large: '20000',
    limit: 3,
    setUp: size => {
      const [frames, times] = size === 'small' ? [10, 2000] : [20_000, 1]
      const bytes = [repeated(want, frames)]

      return {
        round: () => {
          for (let i = 0; i < times; i++) {
            read(new Unframer(), bytes)
          }
        },
        count: () => times * frames
      }
    }
  },
  ...(['decode', 'encode'] as const).map((what): Growth => ({
    what: `to ${what} a want of a message of so many`,
    small: '16',
    large: '16384',
    limit: 6, // what one has of a large message does not stay in the processor's cache
    setUp: size => {
      const [count, times] = size === 'small' ? [16, 1024] : [16_384, 1]
      const said = wants(count)
      const bytes = encodeMessage(said, 'v1').subarray()
      const work = what === 'encode' ? () => encodeMessage(said, 'v1') : () => decodeMessage(bytes)

      return {
        round: () => {
          for (let i = 0; i < times; i++) {
            work()
          }
        },
        count: () => times * count
      }
    }
  }))
]
