/**
 * How likely a peer is to have what is wanted next: how often it had what was
 * wanted lately. Fades, so that who was useful yesterday does not stand before
 * who is today. Pure.
 */

/** After so many milliseconds what a peer had counts half. */
const HALF_LIFE = 600_000

/** Fades to nothing after so many halves. */
const MAX_HALVES = 32

export class Usefulness {
  #score = 0
  /** Which half-life on the clock the score is of: the same for all, so that fading changes no order. */
  #epoch = 0

  /** It had a block, or sent it. */
  had (now: number): void {
    this.#score = this.at(now) + 1
    this.#epoch = Math.floor(now / HALF_LIFE)
  }

  at (now: number): number {
    const halves = Math.floor(now / HALF_LIFE) - this.#epoch
    let score = halves > MAX_HALVES ? 0 : this.#score

    for (let i = 0; i < halves && score > 0; i++) {
      score /= 2
    }

    return score
  }
}
