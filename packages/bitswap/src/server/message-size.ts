/**
 * How large the next message of blocks for one peer may be: what can be sent in
 * a moment, so that a block which is on its way is not held up by those behind
 * it, and a cancel still finds most of what it is about unsent. Pure.
 */

/** Where it starts, in bytes. A block that is larger travels alone, however small this is. */
const INITIAL = 65_536

/** However slow the peer, in bytes. (boxo: 16 KiB for everybody.) */
const LEAST = 16_384

/** A message that was written in less may be twice as large next time, in milliseconds. */
const FAST = 50

/** One that took longer was too large, in milliseconds. */
const SLOW = 200

export class MessageSize {
  readonly #max: number
  #bytes: number

  /** @param max - however fast the peer, in bytes */
  constructor (max: number) {
    this.#max = max
    this.#bytes = Math.min(INITIAL, max)
  }

  /** From 16 KiB, or the maximum if that is less, up to the maximum. */
  get bytes (): number {
    return this.#bytes
  }

  /** A message of so many bytes was written to its stream in so many milliseconds. */
  written (bytes: number, time: number): void {
    if (time > SLOW) {
      this.#bytes = Math.max(Math.min(LEAST, this.#max), this.#bytes >> 1)
    } else if (time < FAST && bytes * 2 > this.#bytes) {
      this.#bytes = Math.min(this.#max, this.#bytes * 2)
    }
  }
}
