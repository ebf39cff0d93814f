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
import { multihashKey } from './multihash-key.ts'
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

  /** Whether a block is being removed: who reads or changes it has to wait. */
  isRemoving (cid: CID): boolean {
    return this.#find(cid)?.removing != null
  }

  /** Looks at a block, in whatever way. What is done at once is answered at once, unless the block is being removed. */
  read<T> (cid: CID, action: () => T | Promise<T>): T | Promise<T> {
    const removing = this.#find(cid)?.removing

    if (removing != null) {
      return removing.then(() => this.read(cid, action))
    }

    const result = this.#begin(cid, action)

    return isPromise(result) ? this.#until(cid, result) : result
  }

  /** Writes or removes a block, when it is nobody else's turn to. As {@link read}. */
  change<T> (cid: CID, action: () => T | Promise<T>): T | Promise<T> {
    const use = this.#find(cid)
    const busy = use?.removing ?? use?.changing

    if (busy != null) {
      return busy.then(() => this.change(cid, action))
    }

    const result = this.#begin(cid, action)

    return isPromise(result) ? this.#untilChanged(cid, result) : result
  }

  /**
   * Removes a block, unless somebody uses it or `mayRemove` says no; that is asked
   * when nothing can come in between any more.
   *
   * @returns undefined when it was left alone
   */
  async removeUnused<T> (cid: CID, mayRemove: () => boolean, action: () => Promise<T>): Promise<T | undefined> {
    const key = multihashKey(cid)

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

  /** Nobody can come in between before this returns. */
  #begin<T> (cid: CID, action: () => T | Promise<T>): T | Promise<T> {
    for (const used of this.#trackers) {
      used.add(cid)
    }

    return action()
  }

  async #untilChanged<T> (cid: CID, result: Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const use = this.#enter(cid)

    use.changing = promise

    try {
      return await result
    } finally {
      use.changing = undefined
      this.#leave(use)
      resolve(undefined)
    }
  }

  async #until<T> (cid: CID, result: Promise<T>): Promise<T> {
    const use = this.#enter(cid)

    try {
      return await result
    } finally {
      this.#leave(use)
    }
  }

  #find (cid: CID): Use | undefined {
    return this.#uses.size === 0 ? undefined : this.#uses.get(multihashKey(cid))
  }

  #enter (cid: CID): Use {
    const key = multihashKey(cid)
    const use = this.#uses.get(key) ?? { cid, calls: 0, changing: undefined, removing: undefined }

    use.calls++
    this.#uses.set(key, use)

    return use
  }

  #leave (use: Use): void {
    use.calls--

    if (use.calls === 0) {
      this.#uses.delete(multihashKey(use.cid))
    }
  }
}

function isPromise<T> (value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise
}
