/** Remembers the last `capacity` distinct values that were added; adding one more forgets the oldest. */
export class RecentSet<T> {
  readonly #capacity: number
  readonly #values: Set<T> = new Set()

  constructor (capacity: number) {
    this.#capacity = capacity
  }

  add (value: T): void {
    this.#values.delete(value)
    this.#values.add(value)

    if (this.#values.size > this.#capacity) {
      for (const oldest of this.#values) {
        this.#values.delete(oldest)
        break
      }
    }
  }

  delete (value: T): void {
    this.#values.delete(value)
  }

  has (value: T): boolean {
    return this.#values.has(value)
  }
}
