/** What is walked: blocks, how each is had, and what is made of it. */
import type { CID } from 'multiformats/cid'
import type { WalkInit } from './options.ts'

/** A block to visit. Walks carry what they need to know of it beside its CID. */
export interface Step {
  cid: CID
}

/** What a block turned out to be. */
export interface Unfolded<S extends Step, V> {
  value: V
  /** What comes after it, in order, before what follows the block itself. */
  next: S[]
}

export interface Walk<S extends Step, V> {
  /** Fetches one block. Many run at a time; the signal ends them. */
  read: (step: S, signal: AbortSignal) => Promise<Uint8Array>
  /** Makes sense of it. Synchronous, and called once for each step. */
  unfold: (step: S, bytes: Uint8Array) => Unfolded<S, V>
  /**
   * The first of what comes after it, where that can be told in much less time.
   * It is then asked for before the block is made sense of: with the step of the
   * block and the CID of the link, so that `read` has to go by the CID alone. When
   * it turns out to be another, that is ended, and nothing else comes of it. What
   * is thrown counts as the failure of the block.
   */
  firstLink?: (step: S, bytes: Uint8Array) => CID | undefined
}

export interface WalkDagOptions extends WalkInit {
  signal?: AbortSignal

  /**
   * Visit a block, and what is below it, only where it comes first. Costs some
   * 100 bytes of memory for each block of the graph; without it a block is
   * visited as often as it is linked to.
   */
  once?: boolean
}
