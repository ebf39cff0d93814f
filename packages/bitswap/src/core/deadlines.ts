import { Heap } from './heap.ts'

interface Entry<T> {
  item: T
  at: number
  sequence: number
  /** False once the item got another deadline, or none. */
  live: boolean
}

/**
 * When something is due next: at most one deadline an item. Owns no timer; the
 * shell asks for {@link next} and comes back then. Setting, moving and removing
 * cost the logarithm of the number of items.
 */
export class Deadlines<T> {
  readonly #entries: Map<T, Entry<T>> = new Map()
  readonly #heap: Heap<Entry<T>> = new Heap((a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence))
  #sequence = 0

  get size (): number {
    return this.#entries.size
  }

  /** Moves the deadline if the item has one. */
  set (item: T, at: number): void {
    const old = this.#entries.get(item)

    if (old != null) {
      if (old.at === at) {
        return
      }

      old.live = false
    }

    const entry = { item, at, sequence: this.#sequence++, live: true }
    this.#entries.set(item, entry)
    this.#heap.push(entry)
    this.#compact()
  }

  delete (item: T): void {
    const entry = this.#entries.get(item)

    if (entry != null) {
      entry.live = false
      this.#entries.delete(item)
      this.#compact()
    }
  }

  has (item: T): boolean {
    return this.#entries.has(item)
  }

  get (item: T): number | undefined {
    return this.#entries.get(item)?.at
  }

  /** The time of the earliest deadline. */
  next (): number | undefined {
    this.#dropDead()

    return this.#heap.peek()?.at
  }

  /** Removes the earliest item whose time has come, and returns it. */
  takeDue (now: number): T | undefined {
    this.#dropDead()
    const entry = this.#heap.peek()

    if (entry == null || entry.at > now) {
      return undefined
    }

    this.#heap.pop()
    this.#entries.delete(entry.item)

    return entry.item
  }

  clear (): void {
    for (const entry of this.#entries.values()) {
      entry.live = false
    }

    this.#entries.clear()
    this.#dropDead()
  }

  #dropDead (): void {
    while (this.#heap.peek()?.live === false) {
      this.#heap.pop()
    }
  }

  /** Keeps the dead, who sit in the heap until they surface, fewer than the living. */
  #compact (): void {
    if (this.#heap.size < 64 || this.#heap.size < 2 * this.#entries.size) {
      return
    }

    const live: Array<Entry<T>> = []

    for (let entry = this.#heap.pop(); entry != null; entry = this.#heap.pop()) {
      if (entry.live) {
        live.push(entry)
      }
    }

    for (const entry of live) {
      this.#heap.push(entry)
    }
  }
}
