/**
 * What must not be collected although nothing pins it yet: the graph of a fetch
 * that is under way, the blocks of an `add` whose root is not known before its end.
 * Held in memory only: with the process ends what it was about.
 *
 * Bounds: a hold on a root is its CID; one on writes keeps 16 bytes and some for
 * each block that is used while it lasts. Who holds must let go.
 */
import type { Tracker } from './block-guard.ts'
import type { KeySet } from './key-set.ts'
import type { RepoBlockstore } from './repo-blockstore.ts'
import type { CID } from 'multiformats/cid'

/** Lasts until it is released, which may be done twice; `using` does it at the end of a block. */
export interface Hold extends Disposable {
  release: () => void
}

export class Holds {
  readonly #blockstore: Pick<RepoBlockstore, 'track'>
  readonly #roots: Set<{ cid: CID }> = new Set()
  readonly #trackers: Set<Tracker> = new Set()
  readonly #listeners: Set<(root: CID) => void> = new Set()

  constructor (blockstore: Pick<RepoBlockstore, 'track'>) {
    this.#blockstore = blockstore
  }

  /** Keeps a block and all that is here of what is below it, also what comes. */
  hold (root: CID): Hold {
    const held = { cid: root }

    this.#roots.add(held)
    this.#listeners.forEach(listener => { listener(root) })

    return holdOf(() => { this.#roots.delete(held) })
  }

  /** Keeps every block that is written, or asked for, from now on. */
  holdWrites (): Hold {
    const tracker = this.#blockstore.track()

    this.#trackers.add(tracker)

    return holdOf(() => {
      tracker.end()
      this.#trackers.delete(tracker)
    })
  }

  get roots (): CID[] {
    return [...this.#roots].map(({ cid }) => cid)
  }

  /** The blocks that were used since holds on writes began, which grow as more are. */
  get written (): KeySet[] {
    return [...this.#trackers].map(({ used }) => used)
  }

  /** Tells of every root that is held from now on. */
  onHold (listener: (root: CID) => void): () => void {
    this.#listeners.add(listener)

    return () => { this.#listeners.delete(listener) }
  }
}

function holdOf (release: () => void): Hold {
  return { release, [Symbol.dispose]: release }
}
