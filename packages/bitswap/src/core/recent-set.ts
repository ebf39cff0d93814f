/**
 * Remembers the last `capacity` distinct values that were added, and up to as
 * many more: they are forgotten by the generation. (One by one would cost more
 * the more there are: a `Set` finds its oldest value past all it has deleted.)
 */
export class RecentSet<T> {
  readonly #capacity: number
  #recent: Set<T> = new Set()
  #older: Set<T> = new Set()

  constructor (capacity: number) {
    this.#capacity = capacity
  }

  add (value: T): void {
    if (this.#recent.add(value).size > this.#capacity) {
      this.#older = this.#recent
      this.#recent = new Set([value])
      this.#older.delete(value)
    }
  }

  delete (value: T): void {
    this.#recent.delete(value)
    this.#older.delete(value)
  }

  has (value: T): boolean {
    return this.#recent.has(value) || this.#older.has(value)
  }
}
