/**
 * What went over a virtual network: who said what to whom, when. Made of the
 * bytes that arrived, by the real codec. To be asked ({@link Trace.query}),
 * counted ({@link Trace.traffic}), compared ({@link Trace.hash}), read
 * ({@link Trace.timeline}) and taken elsewhere ({@link Trace.toJSON}).
 *
 * Not for: the bytes of blocks. Of each its name and size are kept.
 *
 * Limits: keeps `maxEntries` messages and as many events; later ones are counted
 * and hashed, and not kept. What a message says is kept whole, however much that
 * is. Besides there is one counter for each pair of peers that talk. Costs some
 * 0.6 ns a byte for the hash, and the SHA-256 of the blocks that are named.
 */
import type { PeerId } from '@libp2p/interface'
import { InvalidOptionError } from '../../errors.ts'
import type { ReceivedMessage } from '../../message/message.ts'
import { withDefaultHashers } from '../../message/hashers.ts'
import type { HasherLoader } from '../../message/hashers.ts'
import type { Arrival, NetworkEvent, NetworkObserver } from './network-observer.ts'
import { timeline } from './timeline.ts'
import { TraceChannel } from './trace-channel.ts'
import { TraceHash } from './trace-hash.ts'
import { recordToJSON } from './trace-json.ts'
import type { TraceJSON, TraceSummaryJSON } from './trace-json.ts'
import { TraceLog } from './trace-log.ts'
import { traceEntry } from './trace-message.ts'
import type { TraceEntry, TraceRoute } from './trace-message.ts'
import { peerOf, sentCIDs, TraceFilter } from './trace-query.ts'
import type { PeerLike, SentCIDs, TraceFact, TraceQuery } from './trace-query.ts'
import { addTraffic, noTraffic, trafficOf } from './traffic.ts'
import type { Traffic } from './traffic.ts'

export interface TraceInit {
  /**
   * Messages that are kept, and events. With 0 nothing is kept, yet all is
   * counted and hashed; no block is named then, which saves the SHA-256 of each.
   *
   * @default 100000
   */
  maxEntries?: number

  /**
   * For blocks of other hash functions than sha2-256, sha2-512 and identity.
   *
   * @default knows those only
   */
  getHasher?: HasherLoader
}

/** What went from one peer to another. */
export interface PairTraffic {
  from: PeerId
  to: PeerId
  traffic: Traffic
}

const DEFAULT_MAX_ENTRIES = 100_000

/** What goes into the hash begins with one of these. */
const Hashed = { Channel: 4, Arrival: 5, Event: 6 } as const

export class Trace implements NetworkObserver {
  readonly #log: TraceLog
  readonly #getHasher: HasherLoader
  readonly #hash: TraceHash = new TraceHash()
  /** By sender and receiver. */
  readonly #channels: Map<string, Map<string, TraceChannel>> = new Map()
  #channelCount = 0
  readonly #total: Traffic = noTraffic()
  readonly #names: Map<string, string> = new Map()
  readonly #naming: Set<Promise<void>> = new Set()
  #malformed = 0

  /** @throws InvalidOptionError */
  constructor (init: TraceInit = {}) {
    const maxEntries = init.maxEntries ?? DEFAULT_MAX_ENTRIES

    if (!(maxEntries >= 0)) {
      throw new InvalidOptionError('maxEntries', maxEntries, 'a number from 0')
    }

    this.#log = new TraceLog(maxEntries)
    this.#getHasher = withDefaultHashers(init.getHasher)
  }

  /** The messages, in the order in which they arrived. */
  get entries (): readonly TraceEntry[] {
    return this.#log.entries
  }

  /** What happened, in order; also that a stream could not be read any more, as `malformed`. */
  get events (): readonly NetworkEvent[] {
    return this.#log.events
  }

  /** Messages that came when the trace was full. */
  get dropped (): number {
    return this.#log.dropped
  }

  /** Events that came when the trace was full. */
  get droppedEvents (): number {
    return this.#log.droppedEvents
  }

  /** Times a stream carried what is no message; what follows on it is not looked at. */
  get malformed (): number {
    return this.#malformed
  }

  /**
   * 32 hexadecimal digits that follow from every arrival (time, peers, stream,
   * bytes), every event, and their order; not from what is kept, nor from names.
   * The same on every engine. Not for security.
   */
  get hash (): string {
    return this.#hash.digest()
  }

  bytesArrived ({ time, from, to, stream, bytes }: Arrival): void {
    const channel = this.#channel(from, to)
    const { messages, failure } = channel.arrived(stream, bytes)

    this.#hash.numbers(Hashed.Arrival, time, stream, channel.number)
    this.#hash.bytes(bytes)
    channel.traffic.bytes += bytes.byteLength
    this.#total.bytes += bytes.byteLength

    for (const message of messages) {
      const traffic = trafficOf(message)
      addTraffic(channel.traffic, traffic)
      addTraffic(this.#total, traffic)
      this.#log.addEntry(() => this.#entry({ time, from, to, stream }, message))
    }

    if (failure != null) {
      this.#malformed++
      this.#log.addEvent({ time, what: 'malformed', nodes: [from, to], detail: failure.message })
    }
  }

  happened (event: NetworkEvent): void {
    const { time, what, nodes, detail } = event

    this.#hash.numbers(Hashed.Event, time, nodes.length, detail == null ? 0 : 1)

    for (const text of [what, ...nodes.map(String), ...detail == null ? [] : [detail]]) {
      this.#hash.text(text)
    }

    this.#log.addEvent(event)
  }

  /** Calls a peer so in the timeline; the last name counts. */
  name (peer: PeerLike, name: string): void {
    this.#names.set(peerOf(peer).toString(), name)
  }

  /**
   * Until every block that has come so far has its CID. Needed where hashing is
   * asynchronous, as in browsers; in Node with the usual hash functions they have
   * it at once.
   */
  async settled (): Promise<void> {
    while (this.#naming.size > 0) {
      await Promise.all(this.#naming)
    }
  }

  /** The messages that match, or that say something that does, in the order in which they arrived. */
  messages (query: TraceQuery = {}): TraceEntry[] {
    const filter = new TraceFilter(query)

    return this.entries.filter(entry => filter.matchesEntry(entry))
  }

  /**
   * Who sent what to whom, when: one fact for each want, cancel, presence and
   * block that matches, in the order in which they arrived. Looks through all
   * that is kept.
   */
  query (query: TraceQuery = {}): TraceFact[] {
    const filter = new TraceFilter(query)

    return this.entries.flatMap(entry => filter.facts(entry))
  }

  /** What one peer sent another, as CIDs. */
  sent (from: PeerLike, to: PeerLike): SentCIDs {
    return sentCIDs(this.query({ from, to }))
  }

  /** How much went from whom to whom, also of what was not kept; left out is anybody. */
  traffic ({ from, to }: Pick<TraceQuery, 'from' | 'to'> = {}): Traffic {
    if (from == null && to == null) {
      return { ...this.#total }
    }

    const sum = noTraffic()
    const senders = from == null ? this.#channels.values() : [this.#channels.get(peerOf(from).toString())]

    for (const receivers of senders) {
      const channels = to == null ? receivers?.values() ?? [] : [receivers?.get(peerOf(to).toString())]

      for (const channel of channels) {
        if (channel != null) {
          addTraffic(sum, channel.traffic)
        }
      }
    }

    return sum
  }

  /** The traffic of each pair of peers that sent something, by the one who sent. */
  pairs (): PairTraffic[] {
    return [...this.#channels.values()].flatMap(receivers => [...receivers.values()].map(({ from, to, traffic }) => ({ from, to, traffic: { ...traffic } })))
  }

  /**
   * A text with a line for each message and event that matches; `timeline.ts` shows
   * one. With a `cid` or `what` in the query, messages show only what matches, and
   * there are no events.
   */
  timeline (query: TraceQuery = {}): string {
    return timeline(this.#log.records(), new TraceFilter(query), this.#names)
  }

  /** All of it as plain objects; for `JSON.stringify` as well. */
  toJSON (): TraceJSON {
    return { ...this.#summary(), records: [...this.#log.records()].map(recordToJSON) }
  }

  /** A line of JSON for each message and event, in order, and one with the summary at the end. No line feeds. */
  * toJSONLines (): Generator<string> {
    for (const record of this.#log.records()) {
      yield JSON.stringify(recordToJSON(record))
    }

    yield JSON.stringify(this.#summary())
  }

  #summary (): TraceSummaryJSON {
    const { hash, dropped, droppedEvents, malformed } = this
    const pairs = this.pairs().map(({ from, to, traffic }) => ({ from: from.toString(), to: to.toString(), traffic }))

    return { type: 'summary', hash, dropped, droppedEvents, malformed, traffic: this.traffic(), pairs, names: Object.fromEntries(this.#names) }
  }

  #channel (from: PeerId, to: PeerId): TraceChannel {
    const [sender, receiver] = [from.toString(), to.toString()]
    const receivers = this.#channels.get(sender) ?? new Map<string, TraceChannel>()
    const existing = receivers.get(receiver)

    if (existing != null) {
      return existing
    }

    const channel = new TraceChannel(from, to, this.#channelCount++)
    this.#channels.set(sender, receivers)
    receivers.set(receiver, channel)
    this.#hash.numbers(Hashed.Channel)
    this.#hash.text(sender)
    this.#hash.text(receiver)

    return channel
  }

  #entry (route: TraceRoute, message: ReceivedMessage): TraceEntry {
    const { entry, naming } = traceEntry(route, message, this.#getHasher)

    for (const block of naming) {
      const named: Promise<void> = block.then(() => { this.#naming.delete(named) })
      this.#naming.add(named)
    }

    return entry
  }
}
