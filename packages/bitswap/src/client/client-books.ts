/** What the wanting side keeps, to look at and not to change. */
import type { ArrivalStats } from './arrival-stats.ts'
import type { ProviderSearch } from './provider-search.ts'
import type { Sessions } from './sessions.ts'
import type { Waiters } from './waiters.ts'
import type { WantBoard } from './want-board.ts'
import type { WantDriver } from './want-driver.ts'

export interface ClientBooks {
  readonly board: WantBoard
  readonly waiters: Pick<Waiters, 'size' | 'has'>
  readonly sessions: Pick<Sessions, 'size'>
  readonly driver: Pick<WantDriver, 'dueAt'>
  /** Undefined when there is no routing to ask. */
  readonly search: Pick<ProviderSearch, 'size' | 'running' | 'has'> | undefined
  readonly stats: Readonly<ArrivalStats>
}
