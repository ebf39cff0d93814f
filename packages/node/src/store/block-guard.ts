/**
 * Who works with which block, so that a collection of garbage removes none that
 * somebody writes, reads, or was just told is here. Between "decided to remove"
 * and "removed" nothing can come: a block in use is not removed, and who comes
 * while one is removed waits until it is gone, and finds it missing.
 *
 * - Reads of a block go beside each other and beside a write: files are replaced whole.
 * - Changes (a put, a removal that was asked for) go one after the other for each block.
 *
 * Bounds: it keeps the blocks in use only, as many as there are calls under way.
 * A {@link Tracker} keeps 16 bytes and some for each block used while it runs.
 */
import { KeySet } from './key-set.ts'
import type { CID } from 'multiformats/cid'

/** What was used since it began, and what was in use then. */
export interface Tracker {
  readonly used: KeySet
  /** Uses from now on are not noted any more; what was noted stays. */
  end: () => void
}

interface Use {
  readonly cid: CID
  /** Calls under way. */
  calls: number
  /** Ends when the block may be changed by another; never rejects. */
  changing: Promise<void> | undefined
  /** Ends when it is gone; never rejects. */
  removing: Promise<void> | undefined
}

export class BlockGuard {
  readonly #uses: Map<string, Use> = new Map() // bounded by the calls under way
  readonly #trackers: Set<KeySet> = new Set()

  /** Begins to note what is used. */
  track (): Tracker {
    const used = new KeySet()

    for (const { cid, calls } of this.#uses.values()) {
      if (calls > 0) {
        used.add(cid)
      }
    }

    this.#trackers.add(used)

    return { used, end: () => { this.#trackers.delete(used) } }
  }

  /** Looks at a block, in whatever way. */
  async read<T> (cid: CID, action: () => Promise<T>): Promise<T> {
    return await this.#use(cid, action)
  }

  /** Writes or removes a block, when it is nobody else's turn to. */
  async change<T> (cid: CID, action: () => Promise<T>): Promise<T> {
    return await this.#use(cid, async use => {
      while (use.changing != null) {
        await use.changing
      }

      const { promise, resolve } = Promise.withResolvers<undefined>()
      use.changing = promise

      try {
        return await action()
      } finally {
        use.changing = undefined
        resolve(undefined)
      }
    })
  }

  /**
   * Removes a block, unless somebody uses it or `mayRemove` says no; that is asked
   * when nothing can come in between any more.
   *
   * @returns undefined when it was left alone
   */
  async removeUnused<T> (cid: CID, mayRemove: () => boolean, action: () => Promise<T>): Promise<T | undefined> {
    const key = keyOf(cid)

    if (this.#uses.has(key) || !mayRemove()) {
      return undefined
    }

    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#uses.set(key, { cid, calls: 0, changing: undefined, removing: promise })

    try {
      return await action()
    } finally {
      this.#uses.delete(key)
      resolve(undefined)
    }
  }

  async #use<T> (cid: CID, action: (use: Use) => Promise<T>): Promise<T> {
    const key = keyOf(cid)
    let use = this.#uses.get(key)

    while (use?.removing != null) {
      await use.removing
      use = this.#uses.get(key)
    }

    if (use == null) {
      use = { cid, calls: 0, changing: undefined, removing: undefined }
      this.#uses.set(key, use)
    }

    use.calls++

    for (const used of this.#trackers) {
      used.add(cid)
    }

    try {
      return await action(use)
    } finally {
      use.calls--

      if (use.calls === 0) {
        this.#uses.delete(key)
      }
    }
  }
}

/** Blocks are the same by their multihash, whatever the codec. */
function keyOf (cid: CID): string {
  const { buffer, byteOffset, byteLength } = cid.multihash.bytes

  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
