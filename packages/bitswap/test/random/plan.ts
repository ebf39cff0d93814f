/**
 * A random scenario before anything of it has run: the network, who is in it,
 * who has what, and what is going to be done to them. Follows from a seed.
 */
import type { ClientInit } from '../../src/client/options.ts'
import type { NetworkInit } from '../../src/network/options.ts'
import { BitswapProtocol, PROTOCOLS } from '../../src/network/protocols.ts'
import type { ServerInit } from '../../src/server/options.ts'
import type { NetworkConditionsInit } from '../../src/testing/wire/conditions.ts'
import { fixed, internetLatency, uniform } from '../../src/testing/wire/distributions.ts'
import { RoutingFault } from '../../src/testing/virtual-routing.ts'
import { drawActions } from './actions.ts'
import type { Action } from './actions.ts'
import { Chance } from './chance.ts'
import { BLOCKS, DAGS, SINGLES } from './contents.ts'
import { drawLimits, withThinUploads } from './limits.ts'
import type { LimitsPlan } from './limits.ts'
import { drawTopology } from './topologies.ts'
import type { Pair } from './topologies.ts'

export interface InstancePlan {
  readonly client: ClientInit
  readonly server: ServerInit
  readonly network: NetworkInit
  readonly protocols: readonly BitswapProtocol[]
  readonly storeDelay: number
  /** Nobody gets the blocks whose numbers leave this remainder; undefined denies nobody. */
  readonly denied: number | undefined
  /** Its number; without one nobody is searched for. */
  readonly router: number | undefined
}

export const BAD_ROLES = ['silent', 'all talk', 'empty', 'forger', 'pusher', 'garbler', 'breaker', 'flooder'] as const
export type BadRole = typeof BAD_ROLES[number]

export interface BadPeerPlan {
  readonly role: BadRole
  readonly seed: number
  /** Of the instances, the numbers of those it is connected to. */
  readonly neighbours: readonly number[]
}

export interface RouterPlan {
  readonly delay: number
  readonly interval: number
  readonly fault: RoutingFault | undefined
}

export interface Plan {
  readonly seed: number
  readonly conditions: NetworkConditionsInit
  /** Bytes may be on their way for longer than a sender remembers them. */
  readonly isSlow: boolean
  readonly instances: readonly InstancePlan[]
  /** Of each of them; none when all have those of the defaults. */
  readonly limits: readonly LimitsPlan[]
  readonly badPeers: readonly BadPeerPlan[]
  readonly routers: readonly RouterPlan[]
  /** Pairs of instances that are connected from the start. */
  readonly links: readonly Pair[]
  /** For each block, who has it, by number. */
  readonly holders: ReadonlyArray<readonly number[]>
  /** Who has other bytes in the place of a block. */
  readonly spoilt: ReadonlyArray<{ readonly instance: number, readonly block: number }>
  /** In milliseconds: how long things are done to them. */
  readonly duration: number
  readonly actions: readonly Action[]
}

/** What is drawn apart from the rest has seeds of its own, which are so far from the plan's. */
const LIMITS_SEED = 0x8000_0000
const UPLOADS_SEED = 0x4000_0000

/** Out of so many blocks one is denied, by those who deny any. */
export const DENIED_OF = 4

export function makePlan (seed: number): Plan {
  const chance = new Chance(seed)
  const count = chance.oneIn(6) ? chance.between(8, 12) : chance.between(2, 7)
  const { conditions, isSlow } = drawConditions(chance)
  const duration = chance.between(3000, 15_000)
  const holders = drawHolders(chance, count)

  return {
    seed,
    conditions,
    isSlow,
    instances: Array.from({ length: count }, () => drawInstance(chance)),
    limits: drawAllLimits(seed, count, duration),
    badPeers: Array.from({ length: chance.oneIn(3) ? chance.between(1, 3) : 0 }, () => drawBadPeer(chance, count)),
    routers: [drawRouter(chance), drawRouter(chance)],
    links: drawTopology(chance, count),
    holders,
    spoilt: drawSpoilt(chance, count, holders),
    duration,
    actions: drawActions(chance, chance.between(20, 90), duration)
  }
}

function drawAllLimits (seed: number, count: number, duration: number): LimitsPlan[] {
  const chance = new Chance(seed ^ LIMITS_SEED)
  const uploads = new Chance(seed ^ UPLOADS_SEED)
  const limits = Array.from({ length: count }, () => drawLimits(chance, duration))

  return uploads.oneIn(4) ? withThinUploads(limits, uploads) : limits
}

/** The same, with the limits of the defaults. */
export function withoutLimits (plan: Plan): Plan {
  return { ...plan, limits: [] }
}

/** Rates at which a few full windows take a second. */
const SLOW_RATES = [500_000, 2_000_000]

function drawConditions (chance: Chance): Pick<Plan, 'conditions' | 'isSlow'> {
  const isFar = chance.oneIn(8)
  const near = [0, 1, 20, 100, fixed(5), uniform(1, 60), internetLatency({ latencies: [5, 40, 150] })]
  const isThin = chance.oneIn(8)
  const rate = (): number => isThin ? chance.pick(SLOW_RATES) : 20_000_000
  const window = chance.pick([32_768, 262_144])
  const conditions: NetworkConditionsInit = {
    latency: isFar ? internetLatency() : chance.pick(near),
    ...chance.oneIn(4) ? { jitter: uniform(0, chance.pick([1, 10, 50])) } : {},
    ...chance.oneIn(5) ? { rate: rate() } : {},
    ...isThin || chance.oneIn(8) ? { uplink: rate() } : {},
    ...chance.oneIn(8) ? { downlink: rate() } : {},
    window,
    ...chance.oneIn(2) ? { maxWindow: window } : {},
    segmentSize: chance.pick([1000, 16_384, 65_536]),
    streamRoundTrips: chance.pick<0 | 1>([0, 1])
  }

  return { conditions, isSlow: isFar || isThin }
}

function drawInstance (chance: Chance): InstancePlan {
  // where it is long, what was lost on the way is not mended by asking again
  const refreshDelay = chance.oneIn(3) ? 60_000 : 2000
  const client: ClientInit = {
    dontHaveTimeout: chance.between(1000, 3000),
    minAnswerTimeout: chance.between(100, 1000),
    initialWindow: chance.pick([4, 16, 64]),
    maxWantsPerPeer: chance.pick([8, 32, 1024]),
    maxLooking: chance.pick([4, 16, 64]),
    maxBroadcastPeers: chance.oneIn(6) ? 2 : 1000,
    widenDelay: 100,
    refreshDelay,
    maxRefreshDelay: refreshDelay * 4,
    searchTimeout: chance.pick([500, 3000]),
    maxSearches: chance.pick([2, 8]),
    maxProviders: chance.pick([2, 10]),
    dialTimeout: 3000,
    maxStoringBytes: chance.pick([1000, 16_777_216]),
    ...chance.oneIn(10) ? { maxWants: 20 } : {}
  }

  return {
    client,
    server: drawServer(chance),
    network: { openStreamTimeout: chance.pick([3000, 10_000]), retryDelay: chance.pick([20, 100]), identifyTimeout: chance.pick([0, 1000]), pieceSize: chance.pick([1000, 262_144]) },
    protocols: chance.oneIn(5) ? [chance.pick(Object.values(BitswapProtocol))] : PROTOCOLS,
    storeDelay: chance.oneIn(3) ? chance.between(1, 60) : 0,
    denied: chance.oneIn(8) ? chance.int(DENIED_OF) : undefined,
    router: chance.pick([undefined, 0, 1])
  }
}

function drawServer (chance: Chance): ServerInit {
  return {
    maxWantsPerPeer: chance.pick([16, 1024, 1024]),
    wantHaveReplaceSize: chance.pick([0, 1024, 50_000]),
    sendDontHaves: !chance.oneIn(10),
    targetMessageSize: chance.pick([1000, 262_144]),
    maxConcurrentReads: chance.pick([4, 128]),
    maxReadsPerPeer: chance.pick([1, 32]),
    maxReadAhead: chance.pick([10_000, 33_554_432]),
    maxReadAheadPerPeer: chance.pick([1000, 1_048_576]),
    storeRetryDelay: 50,
    storeTimeout: 3000,
    ...chance.oneIn(10) ? { maxBlockSize: 30_000 } : {}
  }
}

function drawBadPeer (chance: Chance, count: number): BadPeerPlan {
  const neighbours = Array.from({ length: count }, (_, i) => i).filter(() => chance.oneIn(2))

  return { role: chance.pick(BAD_ROLES), seed: chance.seed(), neighbours }
}

function drawRouter (chance: Chance): RouterPlan {
  return {
    delay: chance.pick([0, 50, 400]),
    interval: chance.pick([0, 20, 200]),
    fault: chance.oneIn(3) ? chance.pick(Object.values(RoutingFault)) : undefined
  }
}

/** A block is at nobody, one, or a few; a DAG mostly as a whole. */
function drawHolders (chance: Chance, count: number): number[][] {
  const holders = (most: number): number[] => [...new Set(Array.from({ length: chance.int(most + 1) }, () => chance.int(count)))]
  const singles = Array.from({ length: SINGLES }, () => holders(3))

  return [...singles, ...DAGS.flatMap(({ blocks }) => {
    const all = [...holders(2), chance.int(count)]

    return blocks.map(() => chance.oneIn(15) ? holders(2) : [...new Set(all)])
  })]
}

/** Now and then somebody only pretends. */
function drawSpoilt (chance: Chance, count: number, holders: readonly number[][]): Plan['spoilt'] {
  return BLOCKS.flatMap((_, block) => {
    const instance = chance.int(count)

    return chance.oneIn(20) && !holders[block].includes(instance) ? [{ instance, block }] : []
  })
}
