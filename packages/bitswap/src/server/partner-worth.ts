/**
 * How much there is to keeping the connection to a peer: how often blocks go
 * either way, in the last half minute and in the last half hour, and weighted by
 * who gave. (As boxo's score, with its constants.) Pure.
 */

/** Milliseconds. A period counts when a block went in it, however many. */
export const WORTH_PERIOD = 10_000

/** So many periods make one of the long term. */
const LONG = 10

/** How much of a term the newest period makes up. */
const [SHORT_WEIGHT, LONG_WEIGHT] = [0.5, 0.05]

/** Of a term, when blocks went in every period. */
const FULL = 10

/** Who only takes is worth so much of the two terms, who only gives so much more. */
const [LEAST_SHARE, GIVER_SHARE] = [0.75, 0.5]

/** After so many periods without a block there is nothing left: 0.95^200 of the long term. */
const MOST_PERIODS = 2_000

class Term {
  value = 0
  exchanged = false
  readonly #weight: number

  constructor (weight: number) {
    this.#weight = weight
  }

  endPeriod (): void {
    this.value += this.#weight * ((this.exchanged ? FULL : 0) - this.value)
    this.exchanged = false
  }
}

export class PartnerWorth {
  readonly #short: Term = new Term(SHORT_WEIGHT)
  readonly #long: Term = new Term(LONG_WEIGHT)
  /** Periods are counted since the beginning of the clock. All before this one are in. */
  #period = 0

  /** A block went. */
  exchanged (now: number): void {
    this.#catchUp(now)
    this.#short.exchanged = true
    this.#long.exchanged = true
  }

  /**
   * From 0 to 25, whole. Changes at the end of a period.
   *
   * @param givenShare - of the bytes both ways, what part came from the peer
   */
  at (now: number, givenShare: number): number {
    this.#catchUp(now)

    return Math.floor((this.#short.value + this.#long.value) * (LEAST_SHARE + GIVER_SHARE * givenShare))
  }

  /** It is 0, and stays so until a block goes. */
  isNothing (now: number): boolean {
    this.#catchUp(now)

    return !this.#long.exchanged && Math.floor((this.#short.value + this.#long.value) * (LEAST_SHARE + GIVER_SHARE)) === 0
  }

  /** Costs the periods that have ended since the last call, so many at the most as leave nothing. */
  #catchUp (now: number): void {
    const period = Math.floor(now / WORTH_PERIOD)

    for (let ended = Math.max(this.#period, period - MOST_PERIODS); ended < period; ended++) {
      this.#short.endPeriod()

      if ((ended + 1) % LONG === 0) {
        this.#long.endPeriod()
      }
    }

    this.#period = Math.max(this.#period, period)
  }
}
