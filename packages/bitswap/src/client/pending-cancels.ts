/**
 * Cancels that are to be said to one peer. A peer holds a want by the name it
 * was told of it, so a cancel stands by that name: of one block there may be
 * several. Pure. Part of `peer-wants.ts`.
 *
 * A cancel of a WANT-HAVE is in no hurry: it takes little of the peer, and costs
 * a message if it goes alone. It waits for company, but not for ever
 * (`late-cancels.ts`).
 *
 * Limits: as many as wants were told and are over, until they are said; with more
 * than 64 that wait for company none waits any longer.
 */
import type { CID } from 'multiformats/cid'

/** The key of a block, and a name of it by which the peer may hold a want. */
export type NamedCancel = readonly [key: string, name: CID]

const MAX_WAITING = 64

export class PendingCancels {
  /** Undefined while there are none, as they are for an idle peer. */
  #names: Map<string, CID[]> | undefined
  /** Those of `#names` that wait for company. */
  #waiting: Set<string> | undefined

  /** Is there any to be said now? */
  get isDue (): boolean {
    return (this.#names?.size ?? 0) > (this.#waiting?.size ?? 0)
  }

  /** Is there any that waits for company? */
  get isWaiting (): boolean {
    return (this.#waiting?.size ?? 0) > 0
  }

  has (key: string): boolean {
    return this.#names?.has(key) === true
  }

  /** @param canWait - it may wait for company, unless another of the same block may not */
  add (key: string, name: CID, canWait: boolean = false): void {
    const all = this.#names ?? new Map<string, CID[]>()
    const names = all.get(key)

    this.#names = all

    if (names == null) {
      all.set(key, [name])
    } else if (!names.some(other => other.equals(name))) {
      names.push(name)
    }

    if (!canWait) {
      this.#waiting?.delete(key)
    } else if (names == null && (this.#waiting ??= new Set<string>()).add(key).size > MAX_WAITING) {
      this.waitNoLonger()
    }
  }

  /** Nothing of this block is to be cancelled any more. */
  delete (key: string): void {
    this.#names?.delete(key)
    this.#waiting?.delete(key)
  }

  /** All are to be said now. */
  waitNoLonger (): void {
    this.#waiting = undefined
  }

  /** Removes all, and returns those that are to be said. */
  take (isDue: (key: string, name: CID) => boolean): NamedCancel[] {
    const taken: NamedCancel[] = []

    for (const [key, names] of this.#names ?? []) {
      for (const name of names) {
        if (isDue(key, name)) {
          taken.push([key, name])
        }
      }
    }

    this.#names = undefined
    this.#waiting = undefined

    return taken
  }
}
