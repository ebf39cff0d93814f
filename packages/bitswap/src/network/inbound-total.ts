/**
 * How much all peers together may have us keep for them: what each of them may
 * by itself would be too much, were there many that do. Over it each may have
 * its share, and whoever keeps more waits; all peers alike, however many streams.
 *
 * Limits: an entry for each peer some of whose streams wait.
 */

/** Somebody who keeps bytes, and can be told to look again whether there is room. */
export interface TotalHolder {
  totalChanged (): void
}

export class InboundTotal {
  readonly #size: number
  readonly #waiting: Set<TotalHolder> = new Set()
  #used = 0
  #holders = 0

  constructor (size: number) {
    this.#size = size
  }

  /** Bytes kept now. */
  get used (): number {
    return this.#used
  }

  /** Peers some of whose streams wait. */
  get waiting (): number {
    return this.#waiting.size
  }

  /** The most each may keep now. */
  get share (): number {
    return this.#used > this.#size ? this.#size / this.#holders : Infinity
  }

  /** A holder keeps `after` bytes, where it kept `before`. */
  changed (before: number, after: number): void {
    const wasOver = this.#used > this.#size

    this.#used += after - before
    this.#holders += Number(after > 0) - Number(before > 0)

    if (wasOver && this.#used <= this.#size) {
      const waiting = [...this.#waiting]

      this.#waiting.clear()
      waiting.forEach(holder => { holder.totalChanged() })
    }
  }

  /** To be told when there is room for all. */
  waits (holder: TotalHolder): void {
    this.#waiting.add(holder)
  }

  /** Nothing of it waits any more. */
  forget (holder: TotalHolder): void {
    this.#waiting.delete(holder)
  }
}
