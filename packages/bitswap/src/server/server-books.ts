/** What the serving side keeps, to look at and not to change. */
import type { Arrivals } from './arrivals.ts'
import type { BlockLane } from './block-lane.ts'
import type { BlockReader } from './block-reader.ts'
import type { Engine } from './engine.ts'
import type { PresenceLane } from './presence-lane.ts'
import type { ScoreLedger } from './score-ledger.ts'
import type { ServerStats } from './stats.ts'
import type { StoreQueries } from './store-queries.ts'

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
