/**
 * Sees to it that the invariants of Bitswap hold while a network runs: after
 * each step those of the instances that something ran of in it, from time to
 * time and at quiet those of all, and at the end that nothing is left.
 *
 * What peers think of each other is compared when the wire is quiet, for pairs
 * to which no fault was done: faults may well leave them of two minds for a
 * while, see `invariants/ledger-invariants.ts`.
 */
import type { PeerId } from '@libp2p/interface'
import type { Exchange } from '../bitswap.ts'
import { Lane } from '../network/messenger.ts'
import { accountingViolations } from './invariants/accounting-invariants.ts'
import type { Carried, WireTotals } from './invariants/accounting-invariants.ts'
import { clientViolations } from './invariants/client-invariants.ts'
import { areSettled, ledgerDifferences } from './invariants/ledger-invariants.ts'
import { leftovers } from './invariants/leftovers.ts'
import { serverViolations } from './invariants/server-invariants.ts'
import { sendingViolations } from './invariants/settled.ts'
import { SERVER_DEFAULTS } from '../server/options.ts'
import type { Instance } from './instance.ts'
import type { Topology } from './wire/topology.ts'
import type { Trace } from './trace/trace.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { VirtualNode } from './wire/virtual-node.ts'

export interface WatchComponents {
  clock: VirtualClock
  seed: number
  trace: Trace
  topology: Topology
  instances: readonly Instance[]
}

/** Something that must hold does not. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
  readonly violations: readonly string[]
  /** Virtual milliseconds. */
  readonly time: number
  readonly seed: number

  constructor (violations: readonly string[], time: number, seed: number, options?: ErrorOptions) {
    super(`at ${time} ms, seed ${seed}: ${violations.slice(0, 5).join('; ')}`, options)
    this.violations = violations
    this.time = time
    this.seed = seed
  }
}

/** Networks of up to so many instances are looked at after every step. */
const SMALL_NETWORK = 20

const LANES = [Lane.Wants, Lane.Blocks] as const

/** Larger ones after so many. */
const STEPS_BETWEEN = 1000

/** Calls by whoever runs a scenario are no steps of an instance: of small networks all are looked at so many steps later at the latest, of all at quiet. */
const STEPS_BETWEEN_ALL = 50

export class Watch {
  readonly #components: WatchComponents
  readonly #ran: Set<VirtualNode> = new Set()
  readonly #disturbed: Set<VirtualNode> = new Set()
  #steps = 0
  /** Bytes have arrived since the last quiet moment. */
  #wireUsed = false
  /** Bytes may have been lost, or were sent by others than instances: what was sent need not be what came. */
  #lossy = false

  constructor (components: WatchComponents) {
    this.#components = components
  }

  /** Something of this node runs in this step. */
  ran (node: VirtualNode): void {
    this.#ran.add(node)
  }

  /** Bytes have arrived somewhere. */
  wireUsed (): void {
    this.#wireUsed = true
  }

  /** A fault was done to these nodes. */
  disturbed (nodes: readonly VirtualNode[]): void {
    this.#lossy = true
    nodes.forEach(node => this.#disturbed.add(node))
  }

  /** What was on some wire is lost, or somebody speaks who is no instance. */
  lossy (): void {
    this.#lossy = true
  }

  /** @throws InvariantError */
  afterStep (): void {
    const { clock, instances, topology } = this.#components
    const isSmall = instances.length <= SMALL_NETWORK

    if (++this.#steps % (isSmall ? 1 : STEPS_BETWEEN) === 0) {
      const all = isSmall && this.#steps % STEPS_BETWEEN_ALL === 0
      instances.filter(({ node }) => all || this.#ran.has(node)).forEach(instance => { this.#check(instance) })
      this.#ran.clear()
    }

    if (this.#wireUsed && clock.isInstantOver && topology.isQuiet) {
      this.#wireUsed = false
      this.#atQuiet()
    }
  }

  /** All were stopped, and nothing is scheduled any more. */
  atEnd (): void {
    const { clock, instances, topology } = this.#components
    const left = instances.filter(({ node }) => node.isOnline).flatMap(({ name, bitswap }) => leftovers(bitswap).map(what => `${name} has ${what} left`))

    if (clock.pending > 0) {
      left.push(`${clock.pending} timers are left`)
    }

    for (const [a, b, link] of topology.links()) {
      if (link.streamCount(a) + link.streamCount(b) > 0) {
        left.push(`${link.streamCount(a)} streams of ${a.name} and ${link.streamCount(b)} of ${b.name} between them are left`)
      }
    }

    this.#require(left)
  }

  #check ({ name, node, bitswap }: Instance): void {
    if (!node.isOnline || node.clock.isCatchingUp) {
      return
    }

    const now = node.clock.now()
    const violations = [...clientViolations(bitswap, now), ...serverViolations(bitswap, now)]

    if (violations.length > 0) {
      this.#require(violations.map(violation => `${name}: ${violation}`))
    }
  }

  #atQuiet (): void {
    const { instances, topology } = this.#components
    const byNode = new Map(instances.map(instance => [instance.node, instance]))

    this.#lossy ||= !instances.every(({ bitswap }) => bitswap.isOnline())

    for (const instance of instances) {
      this.#check(instance)

      if (this.#isUndisturbed(instance)) {
        this.#require([...sendingViolations(instance.bitswap), ...this.#accounting(instance)].map(violation => `${instance.name}: ${violation}`))
      }
    }

    for (const [a, b] of topology.links()) {
      const pair = [byNode.get(a), byNode.get(b)] as const

      if (pair[0] != null && pair[1] != null && this.#isUndisturbed(pair[0]) && this.#isUndisturbed(pair[1])) {
        this.#compare(pair[0], pair[1])
      }
    }
  }

  #compare (a: Instance, b: Instance): void {
    if (areSettled(a.bitswap, b.bitswap) && keepsAllOf(a, b) && keepsAllOf(b, a)) {
      this.#require([...ledgerDifferences(a.bitswap, b.bitswap), ...ledgerDifferences(b.bitswap, a.bitswap)].map(difference => `${a.name} and ${b.name}: ${difference}`))
    }
  }

  /** Where nothing was lost, what each has counted is what the wire has carried. */
  #accounting ({ bitswap, peer }: Instance): string[] {
    const { instances, trace } = this.#components

    if (this.#lossy || instances.length > SMALL_NETWORK || !isIdle(bitswap)) {
      return accountingViolations(bitswap)
    }

    const wire = new Map<string, WireTotals>(instances.map(other => [
      other.peer.toString(),
      { arrived: toCarried(trace, other.peer, peer), left: toCarried(trace, peer, other.peer) }
    ]))

    return accountingViolations(bitswap, { wire, lossless: true })
  }

  /** Who was given other bytes for a block takes it for answered when it has sent them; and whoever got them cannot tell what they were. */
  #isUndisturbed ({ node, store }: Instance): boolean {
    return node.isOnline && !this.#disturbed.has(node) && !store.isCorrupt
  }

  #require (violations: readonly string[]): void {
    if (violations.length > 0) {
      throw new InvariantError(violations, this.#components.clock.now(), this.#components.seed)
    }
  }
}

function toCarried (trace: Trace, from: PeerId, to: PeerId): Carried {
  const { messages, blocks, blockBytes } = trace.traffic({ from, to })

  return { messages, blocks, blockBytes }
}

/** Has it taken all messages that came, and written all it was going to? */
function isIdle ({ books: { peers } }: Exchange): boolean {
  return [...peers.values()].every(({ streams }) => !streams.isReading && LANES.every(lane => streams.activity(lane) !== 'working'))
}

/** One that turns wants away, or keeps fewer of a peer or of all than it is told of, forgets some by itself. */
function keepsAllOf (serving: Instance, wanting: Instance): boolean {
  const { books: { options, server: { stats } } } = serving.bitswap
  const { maxWants, maxWantsPerPeer } = options.server
  const hasRoom = maxWants >= SERVER_DEFAULTS.maxWants && maxWantsPerPeer >= wanting.options.client.maxWantsPerPeer

  return stats.unserved + stats.ignored === 0 && (hasRoom || stats.evicted + stats.displaced + stats.refused === 0)
}
