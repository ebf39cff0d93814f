/**
 * Which virtual nodes there are, which are connected, and how good the ways
 * between them are. What a user sees of it is `virtual-network.ts`.
 */
import { sleep } from '../../core/clock.ts'
import { SeededRandom } from '../../core/random.ts'
import { PROTOCOLS } from '../../network/protocols.ts'
import { Downlink, Uplink } from './access.ts'
import { drawn } from './conditions.ts'
import type { ConnectOptions, NetworkConditions } from './conditions.ts'
import { Partitions } from './partitions.ts'
import { peerIdFromSeed } from '../peer-ids.ts'
import type { InFlightCount, PipeInit } from './pipe.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { VirtualLink } from './virtual-link.ts'
import { VirtualNode } from './virtual-node.ts'
import type { VirtualNodeInit } from './virtual-node.ts'

/** Who watches what happens between nodes. */
export interface TopologyObserver {
  bytesArrived (from: VirtualNode, to: VirtualNode, stream: number, bytes: Uint8Array): void
  /** Something of the node runs: a callback of its clock, or something that came to it. */
  ran (node: VirtualNode): void
  happened (what: string, ...nodes: VirtualNode[]): void
}

/** Mixes the numbers of two nodes into a seed of their own. */
const PAIR_FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d] as const

export class Topology {
  readonly #clock: VirtualClock
  readonly #seed: number
  readonly #conditions: NetworkConditions
  readonly #observer: TopologyObserver
  readonly #nodes: Map<string, VirtualNode> = new Map()
  readonly #links: Map<VirtualNode, Map<VirtualNode, VirtualLink>> = new Map()
  readonly partitions: Partitions
  readonly #openFailures: Map<VirtualNode, Map<VirtualNode, Error[]>> = new Map()
  /** What is to be let go of, for each time a node is held. */
  readonly #held: Map<VirtualNode, Set<Array<() => void>>> = new Map()
  readonly #traffic: InFlightCount = { inFlight: 0 }
  #streams = 0

  constructor (clock: VirtualClock, seed: number, conditions: NetworkConditions, observer: TopologyObserver) {
    this.#clock = clock
    this.#seed = seed
    this.#conditions = conditions
    this.#observer = observer
    this.partitions = new Partitions(clock)
  }

  createNode (init: VirtualNodeInit = {}): VirtualNode {
    const number = this.#nodes.size
    const random = this.#random(number, number, 0)
    const uplink = drawn('uplink', init.uplink ?? this.#conditions.uplink, random)
    const downlink = drawn('downlink', init.downlink ?? this.#conditions.downlink, random)
    const peer = init.peer ?? peerIdFromSeed(this.#seed, number)

    if (this.#nodes.has(peer.toString())) {
      throw new RangeError(`there is a node with the id ${peer} already`)
    }

    const node: VirtualNode = new VirtualNode(peer, { name: init.name ?? `node ${number}`, number, protocols: init.protocols ?? PROTOCOLS }, {
      clock: this.#clock,
      streamRoundTrips: this.#conditions.streamRoundTrips,
      uplink: uplink == null ? undefined : new Uplink(this.#clock, uplink),
      downlink: downlink == null ? undefined : new Downlink(downlink),
      ran: () => { this.#observer.ran(node) },
      happened: what => { this.#observer.happened(what, node) },
      node: peer => this.#nodes.get(peer.toString()),
      link: (a, b) => this.link(a, b),
      links: node => this.#links.get(node) ?? [],
      dial: async (from, to, signal) => await this.#dial(from, to, signal),
      disconnect: (a, b) => { this.disconnect(a, b) },
      takeOpenFailure: (from, to) => this.#openFailures.get(from)?.get(to)?.shift()
    })
    this.#nodes.set(peer.toString(), node)

    return node
  }

  link (a: VirtualNode, b: VirtualNode): VirtualLink | undefined {
    return this.#links.get(a)?.get(b)
  }

  /** Nothing is on its way, and no bytes wait to be sent or read. */
  get isQuiet (): boolean {
    return this.#traffic.inFlight === 0 && [...this.links()].every(([, , link]) => !link.isClogged)
  }

  /** Each link once. */
  * links (): IterableIterator<[VirtualNode, VirtualNode, VirtualLink]> {
    for (const [node, links] of this.#links) {
      for (const [other, link] of links) {
        if (node.number < other.number) {
          yield [node, other, link]
        }
      }
    }
  }

  connect (a: VirtualNode, b: VirtualNode, options: ConnectOptions = {}): void {
    if (a === b) {
      throw new RangeError(`${a.name} cannot be connected to itself`)
    }

    if (this.#isJoined(a, b)) {
      return
    }

    this.disconnect(a, b)

    const { window, maxWindow, segmentSize } = this.#conditions
    const link = new VirtualLink([a, b], [this.#pipe(a, b, options), this.#pipe(b, a, options)], this.#clock, {
      window,
      maxWindow,
      segmentSize,
      onArrival: (from, _to, stream, bytes) => {
        const [sender, receiver] = from === a.self ? [a, b] : [b, a]
        this.#observer.bytesArrived(sender, receiver, stream, bytes)
      },
      nextNumber: () => this.#streams++
    })

    this.#linksOf(a).set(b, link)
    this.#linksOf(b).set(a, link)
    this.partitions.connected(a, b, link)

    for (const node of [a, b]) {
      this.#held.get(node)?.forEach(releases => releases.push(link.holdTowards(node)))
    }

    this.#observer.happened('connected', a, b)
    this.#identify(link, options.identifyDelay ?? 0)
  }

  /** Ends the connection of two nodes; both see it at once. */
  disconnect (a: VirtualNode, b: VirtualNode): void {
    const link = this.link(a, b)

    if (link != null) {
      this.#links.get(a)?.delete(b)
      this.#links.get(b)?.delete(a)
      this.#observer.happened('disconnected', a, b)
      link.close()
      a.connectionClosed(b.self)
      b.connectionClosed(a.self)
    }
  }

  /** The next streams that one node opens to another fail, one for each error, until the returned function is called. */
  failOpening (from: VirtualNode, to: VirtualNode, errors: readonly Error[]): () => void {
    const failures = this.#openFailures.get(from) ?? new Map<VirtualNode, Error[]>()
    this.#openFailures.set(from, failures)
    failures.set(to, [...failures.get(to) ?? [], ...errors])

    return () => { failures.set(to, (failures.get(to) ?? []).filter(error => !errors.includes(error))) }
  }

  /** Nothing that is sent to this node arrives until the returned function is called, over no connection it has or makes. */
  holdTowards (node: VirtualNode): () => void {
    const releases = [...this.links()].filter(([a, b]) => a === node || b === node).map(([, , link]) => link.holdTowards(node))
    const held = this.#held.get(node) ?? new Set<Array<() => void>>()

    this.#held.set(node, held.add(releases))

    return () => {
      held.delete(releases)
      releases.forEach(release => { release() })
    }
  }

  /** Milliseconds from one node to another, as it is drawn for the two. */
  latency (from: VirtualNode, to: VirtualNode): number {
    return drawn('latency', this.#conditions.latency, this.#random(from.number, to.number, 1))
  }

  /** A connection there is already is used, whatever gets through it. */
  async #dial (from: VirtualNode, to: VirtualNode, signal?: AbortSignal): Promise<VirtualLink | undefined> {
    if (!this.#isJoined(from, to)) {
      await this.partitions.passable(from, to, signal)
      const roundTrip = this.latency(from, to) + this.latency(to, from)
      await sleep(this.#clock, this.#conditions.dialRoundTrips * roundTrip, signal)

      if (to.isOnline && from.isOnline) {
        this.connect(from, to)
      }
    }

    return this.link(from, to)
  }

  /** Is there a connection with both at its ends? */
  #isJoined (a: VirtualNode, b: VirtualNode): boolean {
    const link = this.link(a, b)

    return link?.isOpen === true && !link.isBroken
  }

  #identify (link: VirtualLink, delay: number): void {
    if (delay === 0) {
      link.identify()
    } else {
      this.#clock.timer(delay, () => { link.identify() })
    }
  }

  #pipe (from: VirtualNode, to: VirtualNode, options: ConnectOptions): PipeInit {
    const { jitter = this.#conditions.jitter, rate = this.#conditions.rate } = options
    const random = this.#random(from.number, to.number, 2)
    const latency = options.latency == null ? this.latency(from, to) : drawn('latency', options.latency, random)

    return {
      latency,
      jitter: typeof jitter === 'object' ? () => drawn('jitter', jitter, random) : this.#constant(drawn('jitter', jitter, random)),
      rate: drawn('rate', rate, random),
      uplink: from.uplink,
      downlink: to.downlink,
      onArrival: () => { this.#observer.ran(to) },
      traffic: this.#traffic
    }
  }

  #constant (value: number | undefined): (() => number) | undefined {
    return value == null ? undefined : () => value
  }

  /** The same for two nodes, whatever else there is. */
  #random (from: number, to: number, purpose: number): SeededRandom {
    const [a, b, c] = PAIR_FACTORS

    return new SeededRandom((this.#seed ^ Math.imul(from + 1, a) ^ Math.imul(to + 1, b) ^ Math.imul(purpose + 1, c)) >>> 0)
  }

  #linksOf (node: VirtualNode): Map<VirtualNode, VirtualLink> {
    const links = this.#links.get(node) ?? new Map<VirtualNode, VirtualLink>()
    this.#links.set(node, links)

    return links
  }
}
