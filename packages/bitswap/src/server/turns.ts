/**
 * Gives peers their turns: the shell around the {@link Round}, with the clock
 * and its one timer.
 */
import type { Cancel, Clock } from '../core/clock.ts'
import type { Account } from './account.ts'
import type { ServerOptions } from './options.ts'
import { Round } from './round.ts'
import type { Given, RoundOptions } from './round.ts'

export interface TurnsComponents {
  clock: Clock
  /** It is this peer's turn. */
  haveTurn (account: Account): void
}

export class Turns {
  readonly #components: TurnsComponents
  readonly #round: Round
  /** Those who wait, by their id. */
  readonly #waiting: Map<string, Account> = new Map()
  #timer: { at: number, cancel: Cancel } | undefined

  constructor (components: TurnsComponents, options: RoundOptions & Pick<ServerOptions, 'schedule'>) {
    this.#components = components
    this.#round = new Round(options, options.schedule())
  }

  has (account: Account): boolean {
    return this.#waiting.has(account.id)
  }

  /** There is a message for this peer. May it be given now? Otherwise its turn comes, unless it leaves. */
  enter (account: Account): boolean {
    if (this.#round.enter(account.id, this.#components.clock.now())) {
      return true
    }

    this.#waiting.set(account.id, account)
    this.#watch()

    return false
  }

  /** There is nothing for it any more. */
  leave (account: Account): void {
    if (this.#waiting.delete(account.id)) {
      this.#round.leave(account.id)
      this.#watch()
    }
  }

  /** It is given a message of so many bytes. To be followed by {@link ended}. */
  given (account: Account, bytes: number): Given {
    return this.#round.given(account.id, bytes, this.#components.clock.now())
  }

  /** The message has left, or is lost: somebody else may have a turn. */
  ended (given: Given): void {
    this.#round.ended(given, this.#components.clock.now())
    this.#give()
  }

  /** What may be uploaded, or be under way, has changed. */
  optionsChanged (): void {
    this.#round.ratesChanged(this.#components.clock.now())
    this.#give()
  }

  /** The peer left. */
  forget (account: Account): void {
    this.#waiting.delete(account.id)
    this.#round.forget(account.id)
    this.#watch()
  }

  /** Nobody gets a turn any more. */
  stop (): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #give (): void {
    const { clock } = this.#components

    for (let id = this.#round.next(clock.now()); id != null; id = this.#round.next(clock.now())) {
      const account = this.#waiting.get(id)

      if (account != null) {
        this.#waiting.delete(id)
        this.#components.haveTurn(account)
      }
    }

    this.#watch()
  }

  #watch (): void {
    const { clock } = this.#components
    const at = this.#waiting.size === 0 ? undefined : this.#round.dueAt(clock.now())

    if (at === this.#timer?.at) {
      return
    }

    this.stop()

    if (at != null) {
      const cancel = clock.timer(Math.max(0, at - clock.now()), () => {
        this.#timer = undefined
        this.#give()
      })
      this.#timer = { at, cancel }
    }
  }
}
