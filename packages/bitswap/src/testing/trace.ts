/**
 * What went over a virtual network, as messages: who said what to whom, when.
 * Made of the bytes that arrived, by the real codec.
 *
 * Limits: keeps `maxEntries` messages; later ones are only counted.
 */
import type { PeerId } from '@libp2p/interface'
import { decodeMessage } from '../message/codec.ts'
import { Unframer } from '../message/frame.ts'
import type { ReceivedMessage } from '../message/message.ts'
import type { Arrival, NetworkObserver } from './virtual-network.ts'

export interface TraceEntry {
  /** When its last byte arrived. */
  time: number
  from: PeerId
  to: PeerId
  /** Counts all streams of the network. */
  stream: number
  message: ReceivedMessage
}

export interface TraceInit {
  /** @default 100000 */
  maxEntries?: number
}

/** Of whom: undefined is anybody. */
export interface TraceQuery {
  from?: PeerId
  to?: PeerId
}

const DEFAULT_MAX_ENTRIES = 100_000

export class Trace implements NetworkObserver {
  /** In the order in which they arrived. */
  readonly entries: TraceEntry[] = []
  readonly #maxEntries: number
  /** Of messages that are not complete. Undefined when what follows cannot be read. */
  readonly #unframers: Map<string, Unframer | undefined> = new Map()
  #dropped = 0
  #malformed = 0

  constructor (init: TraceInit = {}) {
    this.#maxEntries = init.maxEntries ?? DEFAULT_MAX_ENTRIES
  }

  /** Messages that came when the trace was full. */
  get dropped (): number {
    return this.#dropped
  }

  /** Times a stream carried what is no message; what follows on it is not looked at. */
  get malformed (): number {
    return this.#malformed
  }

  /** The messages between two peers, in the order in which they arrived. */
  messages (query: TraceQuery = {}): ReceivedMessage[] {
    return this.entries.filter(entry => matches(entry, query)).map(entry => entry.message)
  }

  bytesArrived ({ time, from, to, stream, bytes }: Arrival): void {
    // each direction of a stream is framed for itself
    const key = `${stream} ${from}`
    const unframer = this.#unframers.has(key) ? this.#unframers.get(key) : new Unframer()

    if (unframer == null) {
      return
    }

    try {
      unframer.push(bytes)

      for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
        this.#add({ time, from, to, stream, message: decodeMessage(frame) })
      }

      if (unframer.buffered > 0) {
        this.#unframers.set(key, unframer)
      } else {
        this.#unframers.delete(key)
      }
    } catch {
      // a test may well send such bytes: what came of it is for the test to say
      this.#malformed++
      this.#unframers.set(key, undefined)
    }
  }

  #add (entry: TraceEntry): void {
    if (this.entries.length < this.#maxEntries) {
      this.entries.push(entry)
    } else {
      this.#dropped++
    }
  }
}

function matches (entry: TraceEntry, { from, to }: TraceQuery): boolean {
  return (from == null || entry.from.equals(from)) && (to == null || entry.to.equals(to))
}
