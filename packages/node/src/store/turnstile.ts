/**
 * Lets at most so many run at a time; the others wait in the order they came.
 * It bounds what runs, not what waits: whoever waits is held by its caller.
 */
export class Turnstile {
  readonly #limit: number
  readonly #waiting: Array<() => void> = []
  #running = 0

  constructor (limit: number) {
    this.#limit = limit
  }

  /** Runs `action` when it is its turn, and passes on how it ends. */
  async run<T> (action: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) {
      await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    } else {
      this.#running++
    }

    try {
      return await action()
    } finally {
      const next = this.#waiting.shift()

      if (next == null) {
        this.#running--
      } else {
        next() // our place is handed on, so the count stays
      }
    }
  }
}
