/** The last steps of one want, each with its time. Pure. */
import type { PastWantStep, WantStep } from '../events.ts'

export class WantHistory {
  /** Does somebody listen to what happens to the want? */
  listened = false
  readonly #maxSteps: number
  /** Of the latest steps, each in place of the one that is `maxSteps` older. */
  readonly #steps: WantStep[] = []
  readonly #times: number[] = []
  /** How many there were in all. */
  #count = 0

  /** @param maxSteps - over it the oldest is forgotten */
  constructor (maxSteps: number) {
    this.#maxSteps = maxSteps
  }

  get last (): WantStep | undefined {
    return this.#count === 0 ? undefined : this.#steps[(this.#count - 1) % this.#maxSteps]
  }

  add (step: WantStep, now: number): void {
    const place = this.#count++ % this.#maxSteps

    this.#steps[place] = step
    this.#times[place] = now
  }

  /** Oldest first. */
  steps (now: number): PastWantStep[] {
    const oldest = this.#count % this.#steps.length
    const steps = this.#steps.map((step, place) => ({ ...step, ago: now - (this.#times[place] ?? now) }))

    return [...steps.slice(oldest), ...steps.slice(0, oldest)]
  }
}
