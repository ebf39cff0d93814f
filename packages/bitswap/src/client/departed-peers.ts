/**
 * Remembers how useful peers were that have left, for when they return. Pure.
 *
 * Limits: the last 1024 that left and had anything; over it who left first is
 * forgotten, and begins anew.
 */
import { Usefulness } from './usefulness.ts'

const MAX_DEPARTED = 1024

export class DepartedPeers {
  readonly #useful: Map<string, Usefulness> = new Map()

  get size (): number {
    return this.#useful.size
  }

  /** It has left. One that was of no use is not remembered. */
  left (key: string, usefulness: Usefulness, now: number): void {
    if (usefulness.at(now) === 0) {
      return
    }

    this.#useful.set(key, usefulness)

    if (this.#useful.size > MAX_DEPARTED) {
      for (const oldest of this.#useful.keys()) {
        this.#useful.delete(oldest)
        break
      }
    }
  }

  /** It is here, again or for the first time. */
  take (key: string): Usefulness {
    const known = this.#useful.get(key)

    this.#useful.delete(key)

    return known ?? new Usefulness()
  }
}
