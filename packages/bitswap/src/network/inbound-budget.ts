/**
 * How much one peer may have us keep for it: messages that are not complete, or
 * not dealt with, over all its streams. Without it a peer could fill the memory
 * with a thousand beginnings of messages.
 *
 * When the budget is used up, or the peer's share where all peers together keep too
 * much ({@link InboundTotal}), all streams of the peer are paused but the one
 * that has kept bytes for longest: so one message at a time still gets through,
 * and a peer that never completes that one stops only itself.
 */
import type { InboundTotal, TotalHolder } from './inbound-total.ts'

/** Something that keeps bytes, and can be told to look again whether it must wait. */
export interface BudgetHolder {
  budgetChanged (): void
}

export class InboundBudget implements TotalHolder {
  readonly #size: number
  readonly #total: InboundTotal
  /** In the order in which they began to keep bytes. */
  readonly #holders: Map<BudgetHolder, number> = new Map()
  /** Made when there is one. */
  #waiting: Set<BudgetHolder> | undefined
  #used = 0

  constructor (size: number, total: InboundTotal) {
    this.#size = size
    this.#total = total
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

    const used = this.#used
    this.#used += bytes - before

    if (bytes > 0) {
      this.#holders.set(holder, bytes)
    } else {
      this.#holders.delete(holder)
      this.#waiting?.delete(holder)
    }

    this.#total.changed(used, this.#used)

    if (bytes < before) {
      this.totalChanged()
    }
  }

  /** Is this holder to take no more for now? It is told when that may have changed. */
  mustWait (holder: BudgetHolder): boolean {
    const wait = this.#used > Math.min(this.#size, this.#total.share) && this.#holders.keys().next().value !== holder

    if (wait) {
      this.#waiting ??= new Set()
      this.#waiting.add(holder)
      this.#total.waits(this)
    } else {
      this.#waiting?.delete(holder)
    }

    return wait
  }

  /** There may be room: those who need not wait any longer are told. */
  totalChanged (): void {
    for (const holder of [...this.#waiting ?? []]) {
      if (!this.mustWait(holder)) {
        holder.budgetChanged()
      }
    }

    if ((this.#waiting?.size ?? 0) === 0) {
      this.#waiting = undefined
      this.#total.forget(this)
    }
  }
}
