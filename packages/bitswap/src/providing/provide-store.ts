/** Where what is to be announced survives a restart. Implemented by users, and in `ts-bitswap-node` on the repo's datastore. */
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

/** Why a CID is announced, and so when: roots first, then blocks and what the sweep brings in turn. */
export const ProvideKind = {
  Root: 'root',
  Block: 'block',
  Swept: 'swept'
} as const
export type ProvideKind = typeof ProvideKind[keyof typeof ProvideKind]

export interface SavedProvide {
  cid: CID
  kind: ProvideKind
  /** For how many milliseconds it has waited. A store that knows what time it is adds what has passed until the load. */
  waited: number
}

/** How far the sweep had come. */
export interface SavedSweep {
  /** Its place in the interval, from 0 to 1: what comes before was queued. */
  phase: number
  /** How many milliseconds ago that was due. A store that knows what time it is adds what has passed until the load. */
  ago: number
  /** The strategy it went by. */
  strategy: string
}

export interface SavedProvides {
  /** Undefined when there was no sweep yet. */
  sweep: SavedSweep | undefined
  /** All that were put and not deleted since; roots first. Read once, and not always to its end. */
  entries: AsyncIterable<SavedProvide> | Iterable<SavedProvide>
}

export interface ProvideChange {
  /** At most 8192, and 32768 more with a `sweep`. One that is there is replaced: by its multihash, whatever its codec. */
  put: readonly SavedProvide[]
  /** By their multihashes; also such that were never put. None is in `put` as well. */
  delete: readonly CID[]
  /** Left out when it has not changed. */
  sweep?: SavedSweep
}

/**
 * Never called twice at a time, but for a load while changes are applied.
 * Whatever fails is logged and tried again; what takes longer than ten seconds is
 * not waited for, but nothing else is applied before it has ended.
 */
export interface ProvideStore {
  load (options: AbortOptions): Promise<SavedProvides>

  /** All of it, or nothing; kept when it resolves, whatever happens to the process. */
  apply (change: ProvideChange, options: AbortOptions): Promise<void>
}
