/**
 * Which wants all connected peers are asked for: each then stands in the wantlist
 * of every one. Part of `want-looking.ts`, pure like it.
 *
 * Limits: 64 wants at once, over all sessions; more wait for one of them to end.
 */
import { WantState } from './want.ts'
import type { Want } from './want.ts'

const MAX_WANTS = 64

export class WideSteps {
  /** Some may have ended since. */
  readonly #wants: Set<Want> = new Set()

  /** May this want be asked of all? If so it counts until they have answered, or it is found. */
  take (want: Want): boolean {
    for (const other of this.#wants) {
      if (other.state !== WantState.Looking || other.probedAt.size === 0) {
        this.#wants.delete(other)
      }
    }

    if (this.#wants.size < MAX_WANTS) {
      this.#wants.add(want)
    }

    return this.#wants.has(want)
  }
}
