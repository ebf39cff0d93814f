/**
 * A clock handed to one exchange, that tells how many timers it has set and
 * neither seen go off nor cancelled. Time itself is that of another clock.
 */
import type { Cancel, Clock } from '../../core/clock.ts'

export class CountedClock implements Clock {
  readonly #clock: Clock
  readonly #pending: Set<object> = new Set()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Timers and `soon` callbacks that are set. */
  get pending (): number {
    return this.#pending.size
  }

  now (): number {
    return this.#clock.now()
  }

  timer (delay: number, callback: () => void): Cancel {
    return this.#count(callback, counted => this.#clock.timer(delay, counted))
  }

  soon (callback: () => void): Cancel {
    return this.#count(callback, counted => this.#clock.soon(counted))
  }

  #count (callback: () => void, set: (counted: () => void) => Cancel): Cancel {
    const one = {}
    this.#pending.add(one)
    const cancel = set(() => {
      this.#pending.delete(one)
      callback()
    })

    return () => {
      this.#pending.delete(one)
      cancel()
    }
  }
}
