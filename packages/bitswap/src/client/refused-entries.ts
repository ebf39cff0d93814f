/**
 * The entries of one wantlist that the peer refused, in the order it did. Part of
 * `peer-wants.ts`, pure like it.
 *
 * A queue in which each entry knows its place: there may be a thousand at each of
 * hundreds of peers, and a set takes four times as much. Taking one out costs
 * nothing in their number; those that are gone are cleared out before they
 * outnumber the others.
 */
import type { Entry } from './wantlist-entry.ts'

/** Up to this many that are gone are not worth clearing out. */
const MIN_GONE = 64

export class RefusedEntries {
  #queue: Array<Entry | undefined> = []
  /** No entry is left before this place. */
  #head = 0
  #size = 0

  get size (): number {
    return this.#size
  }

  /** The one that was refused first. */
  get first (): Entry | undefined {
    while (this.#head < this.#queue.length && this.#queue[this.#head] == null) {
      this.#head++
    }

    return this.#queue[this.#head]
  }

  /** One that is here keeps its place. */
  add (entry: Entry): void {
    if (entry.refusal != null) {
      return
    }

    if (this.#queue.length > 2 * this.#size + MIN_GONE) {
      this.#clearOut()
    }

    entry.refusal = this.#queue.length
    this.#queue.push(entry)
    this.#size++
  }

  /** Nothing happens to one that is not here. */
  delete (entry: Entry): void {
    if (entry.refusal != null) {
      this.#queue[entry.refusal] = undefined
      entry.refusal = undefined
      this.#size--
    }
  }

  #clearOut (): void {
    this.#queue = this.#queue.filter(entry => entry != null)
    this.#head = 0

    for (const [place, entry] of this.#queue.entries()) {
      (entry as Entry).refusal = place
    }
  }
}
