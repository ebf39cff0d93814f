/** What to do with an item of the queue: take it out, leave it where it is, or forget it. */
export type Choice = 'take' | 'skip' | 'drop'

interface Level<T> {
  priority: number
  items: T[]
  /** Index of the first item that is still here. */
  head: number
}

/**
 * A queue that hands out the highest priority first, and within one priority
 * what came first. Few distinct priorities are expected: `push` costs a search
 * among them. Removing costs nothing in the queue's length.
 */
export class PriorityFifo<T> {
  /** Highest priority first; none is empty. */
  readonly #levels: Array<Level<T>> = []
  #size = 0

  get size (): number {
    return this.#size
  }

  /** Of all that are here; undefined when none is. */
  get lowest (): number | undefined {
    return this.#levels.at(-1)?.priority
  }

  push (item: T, priority: number): void {
    let at = 0

    while (at < this.#levels.length && (this.#levels[at]?.priority ?? 0) > priority) {
      at++
    }

    let level = this.#levels[at]

    if (level?.priority !== priority) {
      level = { priority, items: [], head: 0 }
      this.#levels.splice(at, 0, level)
    }

    if (level.head >= 1024 && level.head * 2 > level.items.length) {
      level.items.splice(0, level.head)
      level.head = 0
    }

    level.items.push(item)
    this.#size++
  }

  /**
   * The first item that `choose` takes, looking past at most `maxSkips` that it
   * skips; those keep their places.
   */
  take (choose: (item: T) => Choice, maxSkips: number): T | undefined {
    let skips = 0

    for (let l = 0; l < this.#levels.length; l++) {
      const level = this.#levels[l] as Level<T>

      for (let at = level.head; at < level.items.length; at++) {
        const item = level.items[at] as T
        const choice = choose(item)

        if (choice === 'skip') {
          if (++skips > maxSkips) {
            return undefined
          }

          continue
        }

        this.#remove(level, at)

        if (choice === 'take') {
          this.#dropEmpty(l)

          return item
        }
      }

      if (this.#dropEmpty(l)) {
        l--
      }
    }

    return undefined
  }

  /** Removes all, in order. */
  drain (): T[] {
    const items = this.#levels.flatMap(level => level.items.slice(level.head))

    this.#levels.length = 0
    this.#size = 0

    return items
  }

  /** Those before it, which were skipped and are few, move up by one. */
  #remove (level: Level<T>, at: number): void {
    for (let i = at; i > level.head; i--) {
      level.items[i] = level.items[i - 1] as T
    }

    level.items[level.head] = undefined as T
    level.head++
    this.#size--
  }

  #dropEmpty (l: number): boolean {
    const level = this.#levels[l]

    if (level == null || level.head < level.items.length) {
      return false
    }

    this.#levels.splice(l, 1)

    return true
  }
}
