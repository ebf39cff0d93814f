/**
 * A network in memory: nodes that implement the `Network` port and carry bytes
 * to each other in virtual time, with latency, flow control, and faults that a
 * test asks for. Above the port everything is the real thing.
 *
 * Not for: bandwidth, or faults that come by themselves. A connection here can
 * carry any amount in no time but the latency; a receiver that does not read
 * stops its sender all the same.
 */
import type { PeerId } from '@libp2p/interface'
import { sleep } from '../core/clock.ts'
import { PROTOCOLS } from '../network/protocols.ts'
import { peerIdFromSeed } from './peer-ids.ts'
import { VirtualClock } from './virtual-clock.ts'
import { VirtualLink } from './virtual-link.ts'
import { VirtualNode } from './virtual-node.ts'
import type { VirtualNodeInit } from './virtual-node.ts'

export type { VirtualNodeInit } from './virtual-node.ts'

export interface VirtualNetworkInit {
  /** @default a clock of its own */
  clock?: VirtualClock

  /**
   * One way, in milliseconds.
   *
   * @default 0
   */
  latency?: number

  /**
   * Bytes per stream and direction that may be under way or unread.
   *
   * @default 262144
   */
  window?: number

  /**
   * Bytes arrive in pieces of this size at most, whatever they were sent in.
   *
   * @default 65536
   */
  segmentSize?: number

  /**
   * Node ids follow from it.
   *
   * @default 1
   */
  seed?: number

  /** Told of all bytes as they arrive; a `Trace` makes messages of them. */
  observer?: NetworkObserver
}

export interface NetworkObserver {
  bytesArrived (arrival: Arrival): void
}

export interface Arrival {
  time: number
  from: PeerId
  to: PeerId
  /** Counts all streams of the network. */
  stream: number
  bytes: Uint8Array
}

export interface ConnectOptions {
  /** @default the network's */
  latency?: number

  /**
   * Milliseconds until the ends tell each other what they speak; streams can be
   * opened before.
   *
   * @default 0
   */
  identifyDelay?: number
}

const DEFAULT_WINDOW = 262_144
const DEFAULT_SEGMENT_SIZE = 65_536

/** Keeps the ids of networks with neighbouring seeds apart. */
const NODES_PER_SEED = 65_536

export class VirtualNetwork {
  readonly clock: VirtualClock
  readonly #init: VirtualNetworkInit
  readonly #nodes: Map<string, VirtualNode> = new Map()
  readonly #links: Map<VirtualNode, Map<VirtualNode, VirtualLink>> = new Map()
  readonly #openFailures: Map<VirtualNode, Map<VirtualNode, Error[]>> = new Map()
  #streams = 0

  constructor (init: VirtualNetworkInit = {}) {
    this.#init = init
    this.clock = init.clock ?? new VirtualClock()
  }

  /** A node without connections, not started. */
  createNode (init: VirtualNodeInit = {}): VirtualNode {
    const peer = init.peer ?? peerIdFromSeed((this.#init.seed ?? 1) * NODES_PER_SEED + this.#nodes.size)
    const node = new VirtualNode(peer, init.protocols ?? PROTOCOLS, {
      node: peer => this.#nodes.get(peer.toString()),
      link: (a, b) => this.#links.get(a)?.get(b),
      links: node => this.#links.get(node) ?? [],
      dial: async (from, to) => await this.#dial(from, to),
      takeOpenFailure: (from, to) => this.#openFailures.get(from)?.get(to)?.shift()
    })
    this.#nodes.set(peer.toString(), node)

    return node
  }

  /** Connects two nodes at once. Connected already: a no-op. */
  connect (a: VirtualNode, b: VirtualNode, options: ConnectOptions = {}): void {
    if (this.#links.get(a)?.has(b) === true) {
      return
    }

    const link = new VirtualLink([a, b], this.clock, {
      latency: options.latency ?? this.#init.latency ?? 0,
      window: this.#init.window ?? DEFAULT_WINDOW,
      segmentSize: this.#init.segmentSize ?? DEFAULT_SEGMENT_SIZE,
      onArrival: this.#onArrival()
    }, () => this.#streams++)

    this.#linksOf(a).set(b, link)
    this.#linksOf(b).set(a, link)

    if (options.identifyDelay == null || options.identifyDelay === 0) {
      link.identify()
    } else {
      this.clock.timer(options.identifyDelay, () => { link.identify() })
    }
  }

  /** Ends the connection of two nodes; both see it at once. */
  disconnect (a: VirtualNode, b: VirtualNode): void {
    const link = this.#links.get(a)?.get(b)

    if (link != null) {
      this.#links.get(a)?.delete(b)
      this.#links.get(b)?.delete(a)
      link.close()
      a.connectionClosed(b.self)
      b.connectionClosed(a.self)
    }
  }

  /** The next streams that one node opens to another fail, one for each error. */
  failOpening (from: VirtualNode, to: VirtualNode, ...errors: Error[]): void {
    const failures = this.#openFailures.get(from) ?? new Map<VirtualNode, Error[]>()
    this.#openFailures.set(from, failures)
    failures.set(to, [...failures.get(to) ?? [], ...errors])
  }

  /** Resets all streams between two nodes, at both ends at once. */
  resetStreams (a: VirtualNode, b: VirtualNode): void {
    this.#links.get(a)?.get(b)?.resetStreams()
  }

  /** Nothing gets from one node to the other, in both directions, until the returned function is called. */
  hold (a: VirtualNode, b: VirtualNode): () => void {
    return this.#links.get(a)?.get(b)?.hold() ?? (() => {})
  }

  async #dial (from: VirtualNode, to: VirtualNode): Promise<VirtualLink> {
    const existing = this.#links.get(from)?.get(to)

    if (existing != null) {
      return existing
    }

    // there and back, as a handshake has it
    await sleep(this.clock, 2 * (this.#init.latency ?? 0))
    this.connect(from, to)

    return this.#links.get(from)?.get(to) as VirtualLink
  }

  #onArrival (): ((from: PeerId, to: PeerId, stream: number, bytes: Uint8Array) => void) | undefined {
    const observer = this.#init.observer

    return observer == null
      ? undefined
      : (from, to, stream, bytes) => { observer.bytesArrived({ time: this.clock.now(), from, to, stream, bytes }) }
  }

  #linksOf (node: VirtualNode): Map<VirtualNode, VirtualLink> {
    const links = this.#links.get(node) ?? new Map<VirtualNode, VirtualLink>()
    this.#links.set(node, links)

    return links
  }
}
