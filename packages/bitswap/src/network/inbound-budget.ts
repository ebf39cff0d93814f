/**
 * How much one peer may have us keep for it: messages that are not complete, or
 * not dealt with, over all its streams. Without it a peer could fill the memory
 * with a thousand beginnings of messages.
 *
 * When the budget is used up all streams of the peer are paused but the one
 * that has kept bytes for longest: so one message at a time still gets through,
 * and a peer that never completes that one stops only itself.
 */

/** Something that keeps bytes, and can be told to look again whether it must wait. */
export interface BudgetHolder {
  budgetChanged (): void
}

export class InboundBudget {
  readonly #size: number
  /** In the order in which they began to keep bytes. */
  readonly #holders: Map<BudgetHolder, number> = new Map()
  readonly #waiting: Set<BudgetHolder> = new Set()
  #used = 0

  constructor (size: number) {
    this.#size = size
  }

  /** Bytes kept now. */
  get used (): number {
    return this.#used
  }

  /** Sets what a holder keeps now. Those who need not wait any longer are told before this returns. */
  set (holder: BudgetHolder, bytes: number): void {
    const before = this.#holders.get(holder) ?? 0

    if (bytes === before) {
      return
    }

    this.#used += bytes - before

    if (bytes > 0) {
      this.#holders.set(holder, bytes)
    } else {
      this.#holders.delete(holder)
      this.#waiting.delete(holder)
    }

    if (bytes < before) {
      this.#wakeWaiting()
    }
  }

  /** Is this holder to take no more for now? It is told when that may have changed. */
  mustWait (holder: BudgetHolder): boolean {
    const wait = this.#used > this.#size && this.#holders.keys().next().value !== holder

    if (wait) {
      this.#waiting.add(holder)
    } else {
      this.#waiting.delete(holder)
    }

    return wait
  }

  #wakeWaiting (): void {
    for (const holder of [...this.#waiting]) {
      if (!this.mustWait(holder)) {
        holder.budgetChanged()
      }
    }
  }
}
