/**
 * Whether a router is asked at all: one that fails again and again is left out
 * for a while, then one call finds out whether it works again (a circuit
 * breaker). Pure.
 *
 * Looking up and announcing have one each: a DHT that nobody is in yet takes no
 * announcements, and answers look-ups.
 */
import type { RoutersOptions } from './options.ts'

/** The longest that a router may ask for, in milliseconds. */
const MAX_RETRY_AFTER = 3_600_000

export type RouterHealthOptions = Pick<RoutersOptions, 'maxFailures' | 'rest' | 'maxRest'>

export class RouterHealth {
  readonly #options: RouterHealthOptions
  #failures = 0
  #rest = 0
  #until = -Infinity
  #probing = false

  constructor (options: RouterHealthOptions) {
    this.#options = options
  }

  /** Is it left out, until a call finds that it works again? */
  get isLeftOut (): boolean {
    return this.#rest > 0
  }

  /** For how many milliseconds more nobody asks it. */
  restAt (now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** May it be asked? If it may while it is left out, this is the one call that finds out, and has to be told of. */
  take (now: number): boolean {
    if (!this.isLeftOut) {
      return true
    }

    if (this.#probing || now < this.#until) {
      return false
    }

    this.#probing = true

    return true
  }

  /** True when it had been left out, and is not any more. */
  succeeded (): boolean {
    const wasLeftOut = this.isLeftOut

    this.#failures = 0
    this.#rest = 0
    this.#until = -Infinity
    this.#probing = false

    return wasLeftOut
  }

  /**
   * True when it is left out from now on, and was not before. What fails that was
   * asked before it was left out changes nothing.
   *
   * @param retryAfter - for how long it wants to be left alone, if it said so
   */
  failed (now: number, retryAfter?: number): boolean {
    const { maxFailures, rest, maxRest } = this.#options
    const wasLeftOut = this.isLeftOut

    if (wasLeftOut && !this.#probing) {
      this.#until = Math.max(this.#until, now + Math.min(retryAfter ?? 0, MAX_RETRY_AFTER))

      return false
    }

    this.#failures++

    if (retryAfter == null && this.#failures < maxFailures) {
      return false
    }

    this.#probing = false
    this.#rest = Math.min(wasLeftOut ? this.#rest * 2 : rest, maxRest)
    this.#until = now + Math.min(retryAfter ?? this.#rest, MAX_RETRY_AFTER)

    return !wasLeftOut
  }

  /** A call ended without telling anything: nobody waited for it to end. */
  abandoned (): void {
    this.#probing = false
  }
}
