/**
 * Tells a network that is gone from CIDs that cannot be announced: when as many
 * different ones in a row have failed as are announced at a time, all wait. Then
 * one is tried, and if that fails too, all wait twice as long, up to a bound.
 * Pure.
 */
export class Outage {
  readonly #threshold: number
  readonly #firstWait: number
  readonly #maxWait: number
  #inARow = 0
  #wait = 0
  #until = 0
  #isProbing = false

  /** @param threshold - how many have to fail in a row @param firstWait - in milliseconds */
  constructor (threshold: number, firstWait: number, maxWait: number) {
    this.#threshold = threshold
    this.#firstWait = Math.min(firstWait, maxWait)
    this.#maxWait = maxWait
  }

  get isOn (): boolean {
    return this.#inARow >= this.#threshold
  }

  /** When something may be tried, while {@link isOn}; undefined while that is being done. */
  get until (): number | undefined {
    return this.#isProbing ? undefined : this.#until
  }

  /** @param inFlight - how many are being tried */
  mayTry (now: number, inFlight: number): boolean {
    return !this.isOn || (inFlight === 0 && !this.#isProbing && now >= this.#until)
  }

  /** One is being tried. */
  begun (): void {
    this.#isProbing = this.isOn
  }

  /** True when that is the end of an outage. */
  succeeded (): boolean {
    const wasOn = this.isOn

    this.#inARow = 0
    this.#isProbing = false
    this.#wait = 0

    return wasOn
  }

  /**
   * True when an outage begins.
   *
   * @param isNew - it did not fail since anything was announced: the same one over
   * and over says nothing about the network
   */
  failed (isNew: boolean, now: number): boolean {
    const wasOn = this.isOn

    if (isNew && !wasOn) {
      this.#inARow++
    }

    if (this.isOn && (!wasOn || this.#isProbing)) {
      this.#wait = this.#wait === 0 ? this.#firstWait : Math.min(2 * this.#wait, this.#maxWait)
      this.#until = now + this.#wait
      this.#isProbing = false
    }

    return this.isOn && !wasOn
  }

  /** What was being tried was broken off, and says nothing. */
  brokenOff (): void {
    this.#isProbing = false
  }
}
