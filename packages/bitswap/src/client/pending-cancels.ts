/**
 * Cancels that are to be said to one peer. A peer holds a want by the name it
 * was told of it, so a cancel stands by that name: of one block there may be
 * several. Pure. Part of `peer-wants.ts`.
 *
 * Limits: as many as wants were told and are over, until they are said.
 */
import type { CID } from 'multiformats/cid'

/** The key of a block, and a name of it by which the peer may hold a want. */
export type NamedCancel = readonly [key: string, name: CID]

export class PendingCancels {
  readonly #names: Map<string, CID[]> = new Map()

  /** Blocks of which something is to be cancelled. */
  get size (): number {
    return this.#names.size
  }

  has (key: string): boolean {
    return this.#names.has(key)
  }

  add (key: string, name: CID): void {
    const names = this.#names.get(key)

    if (names == null) {
      this.#names.set(key, [name])
    } else if (!names.some(other => other.equals(name))) {
      names.push(name)
    }
  }

  /** Nothing of this block is to be cancelled any more. */
  delete (key: string): void {
    this.#names.delete(key)
  }

  /** Removes all, and returns those that are to be said. */
  take (isDue: (key: string, name: CID) => boolean): NamedCancel[] {
    const taken: NamedCancel[] = []

    for (const [key, names] of this.#names) {
      for (const name of names) {
        if (isDue(key, name)) {
          taken.push([key, name])
        }
      }
    }

    this.#names.clear()

    return taken
  }
}
