/** An exponentially weighted moving average; undefined before the first sample. */
export class MovingAverage {
  readonly #weight: number
  #value: number | undefined

  /** @param weight - of the newest sample, from 0 to 1 */
  constructor (weight: number) {
    this.#weight = weight
  }

  get value (): number | undefined {
    return this.#value
  }

  add (sample: number): void {
    this.#value = this.#value == null ? sample : this.#value + this.#weight * (sample - this.#value)
  }
}
