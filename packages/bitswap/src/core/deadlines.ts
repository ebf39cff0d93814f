import { KeyedHeap } from './keyed-heap.ts'

interface Deadline {
  at: number
  sequence: number
}

/**
 * When something is due next: at most one deadline an item; of two at the same
 * time the one that was set first. Owns no timer; the shell asks for
 * {@link next} and comes back then. Setting, moving and removing cost the
 * logarithm of the number of items.
 */
export class Deadlines<T> {
  readonly #heap: KeyedHeap<T, Deadline> = new KeyedHeap((a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence))
  #sequence = 0

  get size (): number {
    return this.#heap.size
  }

  /** Moves the deadline if the item has one. */
  set (item: T, at: number): void {
    if (this.get(item) !== at) {
      this.#heap.set(item, { at, sequence: this.#sequence++ })
    }
  }

  delete (item: T): void {
    this.#heap.delete(item)
  }

  has (item: T): boolean {
    return this.#heap.has(item)
  }

  get (item: T): number | undefined {
    return this.#heap.get(item)?.at
  }

  /** The time of the earliest deadline. */
  next (): number | undefined {
    return this.#heap.peekValue()?.at
  }

  /** Removes the earliest item whose time has come, and returns it. */
  takeDue (now: number): T | undefined {
    const at = this.next()

    if (at == null || at > now) {
      return undefined
    }

    const item = this.#heap.peek() as T
    this.#heap.delete(item)

    return item
  }

  clear (): void {
    this.#heap.clear()
  }
}
