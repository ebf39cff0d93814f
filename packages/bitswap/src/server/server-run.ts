/** The parts of the serving side, and how they are put together. From outside they are to look at, not to change. */
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import type { Account } from './account.ts'
import { Arrivals } from './arrivals.ts'
import { BlockLane } from './block-lane.ts'
import { BlockReader } from './block-reader.ts'
import type { ServedBlockstore } from './block-reader.ts'
import { Engine } from './engine.ts'
import type { ServerOptions } from './options.ts'
import { PresenceLane } from './presence-lane.ts'
import type { ScoreLedger } from './score-ledger.ts'
import type { ServerStats } from './stats.ts'
import { StoreQueries } from './store-queries.ts'

/** What exists between a start and a stop. */
export interface ServerRun {
  readonly engine: Engine
  readonly reader: BlockReader
  readonly queries: StoreQueries
  readonly lane: BlockLane
  readonly presences: PresenceLane
  readonly arrivals: Arrivals
}

export interface ServerBooks {
  readonly stats: Readonly<ServerStats>
  readonly scores: ScoreLedger
  /** Undefined while it is stopped. */
  readonly run: ServerRun | undefined
}

export interface ServerRunComponents {
  blockstore: ServedBlockstore
  clock: Clock
  log: Logger
  stats: ServerStats
  scores: ScoreLedger
  /** Something may be due for that peer. */
  settled (account: Account): void
}

/** @param options - those in force: they may be changed, and are read when they are needed */
export function createServerRun (components: ServerRunComponents, options: ServerOptions): ServerRun {
  const engine = new Engine(options)
  const reader = new BlockReader(components, options)
  const shared = { ...components, engine, reader }
  const queries = new StoreQueries(shared, options)

  return {
    engine,
    reader,
    queries,
    lane: new BlockLane({ ...shared, queries }, options),
    presences: new PresenceLane({ ...shared, queries }, options),
    arrivals: new Arrivals({ ...shared, queries }, options)
  }
}
