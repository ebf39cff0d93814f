/** When those are asked about again for whom the store failed: one timer, for the first that is due. */
import type { Cancel, Clock } from '../core/clock.ts'
import type { Account } from './account.ts'
import type { Engine } from './engine.ts'

export interface StoreRetriesComponents {
  engine: Engine
  clock: Clock
}

export class StoreRetries {
  readonly #components: StoreRetriesComponents
  readonly #ask: (account: Account) => void
  #at = Infinity
  #cancel: Cancel | undefined

  /** @param ask - called for each peer that has something to be asked about again */
  constructor (components: StoreRetriesComponents, ask: (account: Account) => void) {
    this.#components = components
    this.#ask = ask
  }

  /** When the timer goes off; `Infinity` when none is set. */
  get at (): number {
    return this.#at
  }

  /** Something may rest that did not before. */
  watch (): void {
    const { clock, engine } = this.#components
    const next = engine.resting.next()

    if (next == null || next >= this.#at) {
      return
    }

    this.#cancel?.()
    this.#at = next
    this.#cancel = clock.timer(next - clock.now(), () => { this.#retry() })
  }

  stop (): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#at = Infinity
  }

  #retry (): void {
    const { clock, engine } = this.#components
    const accounts = new Set<Account>()

    this.stop()

    for (let request = engine.resting.takeDue(clock.now()); request != null; request = engine.resting.takeDue(clock.now())) {
      engine.lifecycle.ask(request)
      accounts.add(request.account)
    }

    for (const account of accounts) {
      this.#ask(account)
    }

    this.watch()
  }
}
