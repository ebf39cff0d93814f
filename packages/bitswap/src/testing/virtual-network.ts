/**
 * A network in memory, in virtual time: nodes that carry bytes to each other as
 * fast as latency, bandwidth and flow control allow, with the faults a test asks
 * for. Above the network port everything is the real thing. The same seed gives
 * the same run, byte for byte.
 *
 * After every step the invariants of Bitswap are checked (`watch.ts`), so that a
 * run that goes wrong ends where it does.
 *
 * Not for: the speed of code. Computing takes no virtual time.
 */
import { SeededRandom } from '../core/random.ts'
import { InvalidOptionError } from '../errors.ts'
import { BlockPool } from './block-pool.ts'
import { resolveConditions } from './wire/conditions.ts'
import type { ConnectOptions, NetworkConditionsInit } from './wire/conditions.ts'
import { Faults } from './faults.ts'
import { Instance } from './instance.ts'
import type { InstanceInit } from './instance.ts'
import { nodeOf } from './member.ts'
import type { Member } from './member.ts'
import type { NetworkObserver } from './trace/network-observer.ts'
import { RawPeer } from './raw-peer.ts'
import { Topology } from './wire/topology.ts'
import { Trace } from './trace/trace.ts'
import type { TraceInit } from './trace/trace.ts'
import { VirtualClock } from './virtual-clock.ts'
import type { RunOptions } from './virtual-clock.ts'
import type { VirtualNode, VirtualNodeInit } from './wire/virtual-node.ts'
import { VirtualRouting } from './virtual-routing.ts'
import type { VirtualRoutingInit } from './virtual-routing.ts'
import { Watch } from './watch.ts'

export interface VirtualNetworkInit extends NetworkConditionsInit {
  /** @default a clock of its own */
  clock?: VirtualClock

  /**
   * Everything that is left to chance follows from it: ids, latencies, rates,
   * `random`.
   *
   * @default 1
   */
  seed?: number

  /** How much of what is said is kept. */
  trace?: TraceInit

  /** Told of all that goes over the network, besides the trace. */
  observer?: Partial<NetworkObserver>

  /**
   * Check the invariants while it runs.
   *
   * @default true
   */
  check?: boolean
}

export interface InstancesInit extends InstanceInit {
  /**
   * Who is connected with whom: each with each, each with the one before it, or
   * nobody.
   *
   * @default 'all'
   */
  connected?: 'all' | 'line' | 'none'
}

const MAX_SEED = 0xffff_ffff

export class VirtualNetwork {
  readonly clock: VirtualClock
  readonly seed: number
  /** For whoever builds a scenario. The network itself does not draw from it. */
  readonly random: SeededRandom
  readonly trace: Trace
  readonly faults: Faults
  readonly #topology: Topology
  readonly #watch: Watch
  readonly #observer: Partial<NetworkObserver> | undefined
  readonly #pool: BlockPool = new BlockPool()
  readonly #instances: Instance[] = []
  readonly #rawPeers: RawPeer[] = []

  constructor (init: VirtualNetworkInit = {}) {
    const { clock = new VirtualClock(), seed = 1, trace, observer, check = true, ...conditions } = init

    if (!(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED)) {
      throw new InvalidOptionError('network.seed', seed, `a whole number from 0 to ${MAX_SEED}`)
    }

    this.clock = clock
    this.seed = seed
    this.random = new SeededRandom(seed)
    this.trace = new Trace(trace)
    this.#topology = new Topology(clock, seed, resolveConditions(conditions), {
      bytesArrived: (from, to, stream, bytes) => {
        const arrival = { time: clock.now(), from: from.self, to: to.self, stream, bytes }

        this.trace.bytesArrived(arrival)
        observer?.bytesArrived?.(arrival)
        this.#watch.wireUsed()
      },
      ran: node => { this.#watch.ran(node) },
      happened: (what, ...nodes) => { this.#happened(what, nodes) }
    })
    this.#observer = observer
    this.faults = new Faults(this.#topology, (what, ...nodes) => {
      this.#watch.disturbed(nodes)
      this.#happened(what, nodes)
    }, (delay, callback) => { clock.timer(delay, callback) })
    this.#watch = new Watch({ clock, seed, trace: this.trace, topology: this.#topology, instances: this.#instances })

    if (check) {
      clock.watch(() => { this.#watch.afterStep() })
    }
  }

  /** All instances there are, in the order in which they were made. */
  get members (): readonly Instance[] {
    return this.#instances
  }

  /** Makes, starts and connects instances. */
  async instances (count: number, init: InstancesInit = {}): Promise<Instance[]> {
    const { connected = 'all', name, ...rest } = init

    requireKnown(count, init)

    const made: Instance[] = []

    for (let i = 0; i < count; i++) {
      const named = name == null ? {} : { name: count === 1 ? name : `${name} ${i}` }
      const node = this.#createNode({ ...rest, ...named })
      const instance = new Instance({ node, pool: this.#pool, faults: this.faults }, rest)

      await instance.bitswap.start()
      this.#instances.push(instance)
      made.push(instance)
    }

    made.forEach((instance, i) => {
      const others = connected === 'none' ? [] : made.slice(connected === 'line' ? Math.max(0, i - 1) : 0, i)
      others.forEach(other => { this.connect(other, instance) })
    })

    return made
  }

  /** A node without connections, not started: to be read and written by hand. */
  createNode (init: VirtualNodeInit = {}): VirtualNode {
    this.#watch.lossy()

    return this.#createNode(init)
  }

  /** A peer that is played by hand, started. */
  async rawPeer (init: VirtualNodeInit = {}): Promise<RawPeer> {
    const peer = new RawPeer(this.createNode(init))
    this.#rawPeers.push(peer)

    return await peer.start()
  }

  /** Content routing that all instances may share. */
  routing (init: VirtualRoutingInit = {}): VirtualRouting {
    return new VirtualRouting(this.clock, init)
  }

  /** Connects two at once. Connected already: a no-op. */
  connect (a: Member, b: Member, options: ConnectOptions = {}): void {
    this.#topology.connect(nodeOf(a), nodeOf(b), options)
  }

  /** Ends the connection of two; both see it at once. */
  disconnect (a: Member, b: Member): void {
    this.#topology.disconnect(nodeOf(a), nodeOf(b))
  }

  /** Not with one that has crashed since, whoever has noticed. */
  isConnected (a: Member, b: Member): boolean {
    const link = this.#topology.link(nodeOf(a), nodeOf(b))

    return link?.isOpen === true && !link.isBroken
  }

  /**
   * Drives time on until what is given has come to its end, and ends as that
   * does.
   *
   * @param work - a promise, or a function that makes one (or is done at once)
   * @throws ClockStalledError when that takes longer than `limit`
   * @throws InvariantError when something does not hold on the way
   */
  async run<T> (work: Promise<T> | (() => T | Promise<T>), options?: RunOptions): Promise<T> {
    const promise = typeof work === 'function' ? (async () => await work())() : work

    return await this.clock.run(promise, options)
  }

  /** Lets `duration` milliseconds pass. */
  async advance (duration: number): Promise<void> {
    await this.clock.advance(duration)
  }

  /** Nothing is on its way, waits to be sent or read, or is to be done before time moves on. */
  get isQuiet (): boolean {
    return this.clock.isInstantOver && this.#topology.isQuiet
  }

  /**
   * Stops all instances and raw peers, and lets what is under way end.
   *
   * @throws InvariantError when anything is left of any of them
   */
  async close (): Promise<void> {
    await this.run(async () => {
      await Promise.all(this.#instances.filter(({ node }) => node.isOnline).map(async ({ bitswap }) => { await bitswap.stop() }))
      await Promise.all(this.#rawPeers.map(async peer => { await peer.stop() }))
    })
    await this.clock.run()
    this.#watch.atEnd()
  }

  #createNode (init: VirtualNodeInit): VirtualNode {
    const node = this.#topology.createNode(init)
    this.trace.name(node.self, node.name)

    return node
  }

  #happened (what: string, nodes: VirtualNode[]): void {
    nodes.forEach(node => { this.#watch.ran(node) })

    if (what === 'disconnected') {
      this.#watch.lossy()
    } else if (what === 'stopped') {
      // one that is started again before others notice is believed to want what it wanted
      this.#watch.disturbed(nodes)
    }

    const event = { time: this.clock.now(), what, nodes: nodes.map(({ self }) => self) }

    this.trace.happened(event)
    this.#observer?.happened?.(event)
  }
}

const INSTANCE_OPTIONS: ReadonlySet<string> = new Set([
  'client', 'server', 'network', 'providing', 'store', 'routing', 'getHasher', 'logger', 'peer', 'name', 'protocols', 'uplink', 'downlink', 'connected'
])

/** @throws InvalidOptionError on a number of instances that cannot be, and on options there are not */
function requireKnown (count: number, init: InstancesInit): void {
  if (!(Number.isSafeInteger(count) && count >= 0)) {
    throw new InvalidOptionError('instances', count, 'a whole number from 0')
  }

  for (const [name, value] of Object.entries(init)) {
    if (!INSTANCE_OPTIONS.has(name)) {
      throw new InvalidOptionError(`instances.${name}`, value, 'an option there is')
    }
  }

  if (!['all', 'line', 'none', undefined].includes(init.connected)) {
    throw new InvalidOptionError('instances.connected', init.connected, 'all, line or none')
  }
}
