/**
 * A set that mostly holds nothing, or a few: takes no memory while empty, an
 * array while small, and a real set beyond. In order of insertion. For what
 * there are thousands of, as an empty `Set` takes some 200 bytes.
 *
 * While it is gone through, what is added may or may not be seen, and what is
 * deleted is seen all the same.
 */

/** Looking through so many is as fast as a look-up. */
const SMALL = 16

export class SmallSet<T> implements Iterable<T> {
  #items: T[] | Set<T> | undefined

  get size (): number {
    return this.#items == null ? 0 : Array.isArray(this.#items) ? this.#items.length : this.#items.size
  }

  has (item: T): boolean {
    return this.#items != null && (Array.isArray(this.#items) ? this.#items.includes(item) : this.#items.has(item))
  }

  add (item: T): this {
    if (this.#items == null) {
      this.#items = [item]
    } else if (!Array.isArray(this.#items)) {
      this.#items.add(item)
    } else if (!this.#items.includes(item)) {
      if (this.#items.length < SMALL) {
        this.#items.push(item)
      } else {
        this.#items = new Set(this.#items).add(item)
      }
    }

    return this
  }

  /** True when it was in there. */
  delete (item: T): boolean {
    if (!Array.isArray(this.#items)) {
      const deleted = this.#items?.delete(item) === true

      if (this.#items?.size === 0) {
        this.#items = undefined
      }

      return deleted
    }

    if (!this.#items.includes(item)) {
      return false
    }

    // another array: somebody may be going through this one
    this.#items = this.#items.length === 1 ? undefined : this.#items.filter(other => other !== item)

    return true
  }

  clear (): void {
    this.#items = undefined
  }

  [Symbol.iterator] (): IterableIterator<T> {
    return (this.#items ?? EMPTY as readonly T[]).values()
  }
}

const EMPTY: readonly unknown[] = []
