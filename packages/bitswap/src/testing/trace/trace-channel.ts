/**
 * One direction between two peers of a trace: puts the messages of its streams
 * together, and counts.
 *
 * Limits: at most {@link MAX_INCOMPLETE} streams that ended, or are, in the
 * middle of a message; the one that began first is given up for the next, and
 * what follows on it is not looked at. A stream that cannot be read leaves its
 * number behind.
 */
import type { PeerId } from '@libp2p/interface'
import { decodeMessage } from '../../message/codec.ts'
import { Unframer } from '../../message/frame.ts'
import type { ReceivedMessage } from '../../message/message.ts'
import { noTraffic } from './traffic.ts'
import type { Traffic } from './traffic.ts'

/** More than any node keeps open to one peer; each may hold a message of 4 MiB. */
export const MAX_INCOMPLETE = 64

/** What a piece of a stream brought to an end. */
export interface Completed {
  messages: ReceivedMessage[]
  /** Why the stream cannot be read any more; told once. */
  failure: Error | undefined
}

const NOTHING: Completed = Object.freeze({ messages: [], failure: undefined })

export class TraceChannel {
  readonly from: PeerId
  readonly to: PeerId
  /** Counts the channels of a trace. */
  readonly number: number
  readonly traffic: Traffic = noTraffic()
  readonly #incomplete: Map<number, Unframer> = new Map()
  readonly #unreadable: Set<number> = new Set()

  constructor (from: PeerId, to: PeerId, number: number) {
    this.from = from
    this.to = to
    this.number = number
  }

  /** The messages that a piece of a stream completes. */
  arrived (stream: number, bytes: Uint8Array): Completed {
    if (this.#unreadable.has(stream)) {
      return NOTHING
    }

    const unframer = this.#incomplete.get(stream) ?? new Unframer()
    const messages: ReceivedMessage[] = []

    try {
      unframer.push(bytes)

      for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
        messages.push(decodeMessage(frame))
      }
    } catch (error) {
      // a test may well send such bytes: what came of it is for the test to say
      this.#incomplete.delete(stream)
      this.#unreadable.add(stream)

      return { messages, failure: error as Error }
    }

    this.#keep(stream, unframer)

    return { messages, failure: undefined }
  }

  #keep (stream: number, unframer: Unframer): void {
    if (unframer.buffered === 0) {
      this.#incomplete.delete(stream)

      return
    }

    this.#incomplete.set(stream, unframer)

    if (this.#incomplete.size > MAX_INCOMPLETE) {
      const [oldest] = this.#incomplete.keys() as Iterable<number> as [number]
      this.#incomplete.delete(oldest)
      this.#unreadable.add(oldest)
    }
  }
}
