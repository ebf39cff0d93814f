/**
 * Which peer wants most of us. Kept up by the ledger, request by request, at a
 * constant cost.
 */
import type { Account } from './account.ts'

export class Fullest {
  /** Accounts by how many requests they have; those without any are not in here. */
  readonly #bySize: Array<Set<Account> | undefined> = []
  #most = 0

  /** One of those with the most requests; of several the one that has had so many for longest. */
  peek (): Account | undefined {
    for (const account of this.#bySize[this.#most] ?? []) {
      return account
    }

    return undefined
  }

  /** It has one request more. */
  grew (account: Account): void {
    const { size } = account.requests

    this.#move(account, size - 1, size)
    this.#most = Math.max(this.#most, size)
  }

  /** It has one request less. */
  shrank (account: Account): void {
    const { size } = account.requests

    this.#move(account, size + 1, size)

    if ((this.#bySize[this.#most]?.size ?? 0) === 0) {
      this.#most-- // where this one is now, if it was the last
    }
  }

  #move (account: Account, from: number, to: number): void {
    this.#bySize[from]?.delete(account)

    if (to > 0) {
      const accounts = this.#bySize[to] ?? new Set()
      accounts.add(account)
      this.#bySize[to] = accounts
    }
  }
}
