import type { ProvideEntry } from './provide-entry.ts'

/** First in, first out; any of them can be taken out at the cost of the first. An entry is in one list at the most. */
export class EntryList {
  #first: ProvideEntry | undefined
  #last: ProvideEntry | undefined
  #size = 0

  get size (): number {
    return this.#size
  }

  get first (): ProvideEntry | undefined {
    return this.#first
  }

  get last (): ProvideEntry | undefined {
    return this.#last
  }

  /** Takes it out of the list it is in. */
  push (entry: ProvideEntry): void {
    entry.list?.remove(entry)
    entry.list = this
    entry.previous = this.#last

    if (this.#last == null) {
      this.#first = entry
    } else {
      this.#last.next = entry
    }

    this.#last = entry
    this.#size++
  }

  shift (): ProvideEntry | undefined {
    const entry = this.#first

    if (entry != null) {
      this.remove(entry)
    }

    return entry
  }

  /** It has to be in this one. */
  remove (entry: ProvideEntry): void {
    const { previous, next } = entry

    if (previous == null) {
      this.#first = next
    } else {
      previous.next = next
    }

    if (next == null) {
      this.#last = previous
    } else {
      next.previous = previous
    }

    entry.list = undefined
    entry.previous = undefined
    entry.next = undefined
    this.#size--
  }
}
