import { MovingAverage } from '../core/ewma.ts'

/** A few dozen of the last: soon true again after a change, and steady while several come at a time. */
const WEIGHT = 1 / 32

/** How many are announced in a millisecond while there is something to announce. Pure. */
export class ProvideRate {
  readonly #spacing: MovingAverage = new MovingAverage(WEIGHT)
  #since: number | undefined

  /** There is something to announce, from now on if there was nothing. */
  busy (now: number): void {
    this.#since ??= now
  }

  idle (): void {
    this.#since = undefined
  }

  provided (now: number): void {
    if (this.#since != null) {
      this.#spacing.add(now - this.#since)
      this.#since = now
    }
  }

  /** Milliseconds that so many will take; undefined before anything was announced. A standstill counts as it lasts. */
  timeFor (count: number, now: number): number | undefined {
    const { value } = this.#spacing

    if (value == null) {
      return undefined
    }

    return count * Math.max(value, this.#since == null ? 0 : Math.min(now - this.#since, value * STANDSTILL))
  }
}

/** A standstill makes it seem so many times slower at the most. */
const STANDSTILL = 1000
