/**
 * Since when the one waits that waits longest: a binary heap of entries, the
 * oldest first, out of which any can be taken. Each knows its place (`agePlace`).
 * To add one and to remove one cost the logarithm of how many there are, and to
 * look at the oldest nothing. Pure.
 */
import type { ProvideEntry } from './provide-entry.ts'

export class EntryAges {
  readonly #entries: ProvideEntry[] = []

  /** Undefined when there is none. */
  get oldestSince (): number | undefined {
    return this.#entries[0]?.since
  }

  /** An entry is in one of these at the most. */
  add (entry: ProvideEntry): void {
    this.#rise(entry, this.#entries.length)
  }

  /** It has to be in this one. */
  remove ({ agePlace }: ProvideEntry): void {
    const last = this.#entries.pop()

    if (last != null && agePlace < this.#entries.length) { // the last takes its place, and goes on from there
      this.#rise(last, agePlace)
      this.#sink(last)
    }
  }

  /** Puts it into a place that is empty, or one further up. */
  #rise (entry: ProvideEntry, place: number): void {
    let at = place

    while (at > 0) {
      const above = this.#entries[(at - 1) >> 1]

      if (above == null || above.since <= entry.since) {
        break
      }

      const parent = above.agePlace

      this.#put(above, at)
      at = parent
    }

    this.#put(entry, at)
  }

  /** From the place it has. */
  #sink (entry: ProvideEntry): void {
    for (let below = this.#olderBelow(entry); below != null && below.since < entry.since; below = this.#olderBelow(entry)) {
      const at = entry.agePlace

      this.#put(entry, below.agePlace)
      this.#put(below, at)
    }
  }

  #olderBelow ({ agePlace }: ProvideEntry): ProvideEntry | undefined {
    const left = this.#entries[2 * agePlace + 1]
    const right = this.#entries[2 * agePlace + 2]

    return left != null && right != null && right.since < left.since ? right : left
  }

  #put (entry: ProvideEntry, at: number): void {
    this.#entries[at] = entry
    entry.agePlace = at
  }
}
