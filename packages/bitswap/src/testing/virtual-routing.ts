/**
 * Content routing in virtual time: who has what, as all nodes of a network
 * would look it up, with the delays and faults of real routers. A fault may be
 * set and taken back at any time; look-ups that began before go on as they
 * began.
 *
 * Limits: keeps what is provided until it is forgotten, and of each time that
 * something was provided who did and when.
 */
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { raceSignal } from '../core/timeout-signal.ts'
import { nodeOf } from './member.ts'
import type { Member } from './member.ts'
import { peerIdFromSeed } from './peer-ids.ts'

export const RoutingFault = {
  /** Never answers. */
  Dead: 'dead',
  /** Fails at once. */
  Failing: 'failing',
  /** Names everybody it knows of, but those who have it. */
  Wrong: 'wrong',
  /** Names whoever asks. */
  Self: 'self',
  /** Names peers that nobody can reach, before the right ones. */
  Unreachable: 'unreachable',
  /** Names no end of peers that nobody can reach. */
  Endless: 'endless'
} as const
export type RoutingFault = typeof RoutingFault[keyof typeof RoutingFault]

export interface VirtualRoutingInit {
  /**
   * Milliseconds until the first provider is named.
   *
   * @default 0
   */
  delay?: number
  /**
   * Milliseconds between one and the next.
   *
   * @default 0
   */
  interval?: number
  /**
   * Milliseconds until something is provided.
   *
   * @default 0
   */
  provideDelay?: number
}

/** What befalls those who provide. */
export const ProvideFault = {
  /** Never answers, and heeds no signal. */
  Dead: 'dead',
  /** Fails as soon as it would be done. */
  Failing: 'failing'
} as const
export type ProvideFault = typeof ProvideFault[keyof typeof ProvideFault]

/** Somebody provided something. */
export interface Provided {
  cid: CID
  by: PeerId
  at: number
}

interface Provider {
  id: PeerId
  multiaddrs: Multiaddr[]
}

/** Unreachable peers named before the right ones. */
const UNREACHABLE = 3

/** The numbers of peers nobody can reach begin here: no network has so many nodes. */
const UNREACHABLE_NUMBER = 0x8000_0000

export class VirtualRouting {
  readonly #clock: Clock
  readonly #providers: Map<string, Set<PeerId>> = new Map()
  delay: number
  interval: number
  fault: RoutingFault | undefined
  provideDelay: number
  /** Of all, or as it is for each CID. */
  provideFault: ProvideFault | undefined | ((cid: CID) => ProvideFault | undefined)
  /** All that was provided, in that order. */
  readonly provided: Provided[] = []
  /** Attempts to provide that were begun, those under way, and the most that were under way at a time. */
  readonly provides: { begun: number, running: number, most: number } = { begun: 0, running: 0, most: 0 }
  /** Look-ups that were begun, and those under way. */
  readonly calls: { begun: number, running: number } = { begun: 0, running: 0 }

  constructor (clock: Clock, init: VirtualRoutingInit = {}) {
    this.#clock = clock
    this.delay = init.delay ?? 0
    this.interval = init.interval ?? 0
    this.provideDelay = init.provideDelay ?? 0
  }

  /** These members have this block. */
  add (cid: CID, ...members: Member[]): void {
    const key = multihashKey(cid)
    const providers = this.#providers.get(key) ?? new Set<PeerId>()

    this.#providers.set(key, providers)
    members.forEach(member => providers.add(nodeOf(member).self))
  }

  /** This member has this block no more; or no member has. */
  forget (cid: CID, member?: Member): void {
    if (member == null) {
      this.#providers.delete(multihashKey(cid))
    } else {
      this.#providers.get(multihashKey(cid))?.delete(nodeOf(member).self)
    }
  }

  /** As this member sees it. */
  of (member: Member): Required<BitswapRouting> {
    return {
      findProviders: (cid, options) => this.#find(cid, nodeOf(member).self, options),
      provide: async (cid, options) => { await this.#provide(cid, member, options) }
    }
  }

  async #provide (cid: CID, member: Member, options: AbortOptions = {}): Promise<void> {
    const fault = typeof this.provideFault === 'function' ? this.provideFault(cid) : this.provideFault

    options.signal?.throwIfAborted()
    this.provides.begun++
    this.provides.running++
    this.provides.most = Math.max(this.provides.most, this.provides.running)

    try {
      if (fault === ProvideFault.Dead) {
        await never(undefined)
      }

      await this.#wait(this.provideDelay, options.signal ?? undefined)

      if (fault === ProvideFault.Failing) {
        throw new Error('the router has failed')
      }

      this.add(cid, member)
      this.provided.push({ cid, by: nodeOf(member).self, at: this.#clock.now() })
    } finally {
      this.provides.running--
    }
  }

  async * #find (cid: CID, self: PeerId, options: AbortOptions = {}): AsyncGenerator<Provider> {
    const signal = options.signal ?? undefined
    const { fault } = this

    signal?.throwIfAborted()
    this.calls.begun++
    this.calls.running++

    try {
      if (fault === RoutingFault.Failing) {
        throw new Error('the router has failed')
      }

      if (fault === RoutingFault.Dead) {
        await never(signal)
      }

      await this.#wait(this.delay, signal)

      for (const id of this.#answer(multihashKey(cid), self, fault)) {
        yield { id, multiaddrs: [] }
        await this.#wait(this.interval, signal)
      }
    } finally {
      this.calls.running--
    }
  }

  * #answer (key: string, self: PeerId, fault: RoutingFault | undefined): Generator<PeerId> {
    const right = [...this.#providers.get(key) ?? []].filter(peer => !peer.equals(self))

    switch (fault) {
      case RoutingFault.Wrong:
        yield * this.#others(right)
        break
      case RoutingFault.Self:
        yield self
        break
      case RoutingFault.Unreachable:
        yield * unreachable(UNREACHABLE)
        yield * right
        break
      case RoutingFault.Endless:
        yield * unreachable(Infinity)
        break
      default:
        yield * right
    }
  }

  #others (right: PeerId[]): Set<PeerId> {
    const all = new Set([...this.#providers.values()].flatMap(peers => [...peers]))

    right.forEach(peer => all.delete(peer))

    return all
  }

  async #wait (delay: number, signal: AbortSignal | undefined): Promise<void> {
    if (delay > 0) {
      await sleep(this.#clock, delay, signal)
    } else {
      signal?.throwIfAborted()
    }
  }
}

function * unreachable (count: number): Generator<PeerId> {
  for (let i = 0; i < count; i++) {
    yield peerIdFromSeed(0, UNREACHABLE_NUMBER + i)
  }
}

async function never (signal: AbortSignal | undefined): Promise<never> {
  const forever = new Promise<never>(() => {})

  return signal == null ? await forever : await raceSignal(forever, signal)
}
