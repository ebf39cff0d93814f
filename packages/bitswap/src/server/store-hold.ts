/**
 * What a peer holds while the store is at something for it: one of its places,
 * and room for the bytes. It is let go of when the store is done, or before, once
 * that takes so long that others go before it (`store-gate.ts`): a block that
 * cannot be read keeps a peer from no other.
 *
 * Limits: of what a peer let go of too soon, no more than `max` is under way;
 * of questions and of reads; more is held until the store is done.
 */
import type { Account } from './account.ts'

export class StoreHold {
  readonly #overdue: Account['overdue']
  readonly #kind: keyof Account['overdue']
  readonly #letGo: () => void
  #state: 'held' | 'overdue' | 'over' = 'held'

  /** @param letGo - called once */
  constructor ({ overdue }: Account, kind: keyof Account['overdue'], letGo: () => void) {
    this.#overdue = overdue
    this.#kind = kind
    this.#letGo = letGo
  }

  /** Was it let go of before the store was done? */
  get isOverdue (): boolean {
    return this.#state === 'overdue'
  }

  /** The store takes too long. Is it let go of now? */
  overdue (max: number): boolean {
    if (this.#state !== 'held' || this.#overdue[this.#kind] >= max) {
      return false
    }

    this.#state = 'overdue'
    this.#overdue[this.#kind]++
    this.#letGo()

    return true
  }

  /** The store is done. */
  end (): void {
    if (this.#state === 'held') {
      this.#letGo()
    } else if (this.#state === 'overdue') {
      this.#overdue[this.#kind]--
    }

    this.#state = 'over'
  }
}
