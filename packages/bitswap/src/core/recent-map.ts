/**
 * Remembers values by key: those of the last keys that were set or asked for,
 * half of `capacity` of them at the least, and never more than `capacity`. They
 * are forgotten by the generation: one by one would cost more the more there
 * are, as a `Map` finds its oldest entry past all it has deleted.
 */
export class RecentMap<K, V> {
  readonly #generation: number
  #recent: Map<K, V> = new Map()
  #older: Map<K, V> = new Map()

  /** @param capacity - with less than 2 nothing is remembered */
  constructor (capacity: number) {
    this.#generation = Math.floor(capacity / 2)
  }

  get size (): number {
    return this.#recent.size + this.#older.size
  }

  get (key: K): V | undefined {
    const value = this.#recent.get(key)

    if (value !== undefined) {
      return value
    }

    const older = this.#older.get(key)

    if (older !== undefined) {
      this.set(key, older)
    }

    return older
  }

  set (key: K, value: V): void {
    this.#older.delete(key)
    this.#recent.set(key, value)

    if (this.#recent.size > this.#generation) {
      this.#recent.delete(key)
      this.#older = this.#recent
      this.#recent = new Map<K, V>()

      if (this.#generation > 0) {
        this.#recent.set(key, value)
      }
    }
  }
}
