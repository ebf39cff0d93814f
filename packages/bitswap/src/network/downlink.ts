/**
 * What comes from all peers together, and whether that is all our own link
 * takes: then it fell no lower when one of them stopped. Pure.
 */

/** What comes is added up over so many milliseconds. */
const INTERVAL = 200

/** So many intervals are looked back upon. */
const REMEMBERED = 5

/** Fewer say nothing. */
const ENOUGH = 3

/** Where a peer that stopped is not missed, less than this part of what it sent is gone; the rest may be chance. */
const MISSED = 3 / 4

/** Where it has sent nothing yet nobody can tell: it is enough that what comes varies by no more than this part. */
const STEADY = 1 / 5

export class Downlink {
  /** Bytes per millisecond in the last intervals, in a ring. */
  readonly #rates: number[] = []
  #next = 0
  #since = 0
  #bytes = 0

  /** So many bytes have come. */
  heard (bytes: number, now: number): void {
    this.#measure(now)
    this.#bytes += bytes
  }

  /**
   * Is our link full without a peer that sent so much while it was at it, in bytes
   * per millisecond, or has sent nothing yet (0)? False as long as it is not known.
   */
  isFullWithout (rate: number, now: number): boolean {
    this.#measure(now)
    const most = Math.max(...this.#rates)
    const fall = rate > 0 ? rate * MISSED : most * STEADY

    return this.#rates.length >= ENOUGH && Math.min(...this.#rates) > most - fall
  }

  #measure (now: number): void {
    const elapsed = now - this.#since

    if (elapsed >= INTERVAL) {
      this.#rates[this.#next] = this.#bytes / elapsed
      this.#next = (this.#next + 1) % REMEMBERED
      this.#since = now
      this.#bytes = 0
    }
  }
}
