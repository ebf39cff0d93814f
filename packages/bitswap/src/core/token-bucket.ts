/**
 * A rate that may be exceeded for a moment: tokens come in steadily up to a
 * number, and are taken, all that are needed at once, as long as there is one.
 * What was taken over that is paid off before there is one again. Pure.
 */
export class TokenBucket {
  #perMillisecond: number
  #capacity: number
  #tokens: number
  #at: number

  /** Full at first. @param rate - tokens per second @param capacity - the most it holds */
  constructor (rate: number, capacity: number, now: number) {
    this.#perMillisecond = rate / 1000
    this.#capacity = capacity
    this.#tokens = capacity
    this.#at = now
  }

  /** Another rate from now on, and another size; what was taken too much is still to be paid off. Parameters as those of the constructor. */
  change (rate: number, capacity: number, now: number): void {
    this.#fill(now)
    this.#perMillisecond = rate / 1000
    this.#capacity = capacity
    this.#fill(now)
  }

  /** From when on something may be taken: `now`, or later. */
  availableAt (now: number): number {
    this.#fill(now)

    return this.#tokens > 0 ? now : now + (1 - this.#tokens) / this.#perMillisecond
  }

  /** Takes so many, though there be fewer. */
  take (count: number, now: number): void {
    this.#fill(now)
    this.#tokens -= count
  }

  #fill (now: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMillisecond)
    this.#at = now
  }
}
