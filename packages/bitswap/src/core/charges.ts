/**
 * What others are charged for, by a key: an account for each, of which a little
 * is forgiven all the time. Who leaves and comes back finds it as it was. Pure.
 *
 * Limits: at most `MAX_ACCOUNTS`; over it the one is forgotten that was charged
 * least recently. An account never grows over the limit, so that it is forgiven
 * within `recovery` whatever was charged.
 */

/** A name may cost its owner nothing, so a bad one may come by many: those that count are the last. */
const MAX_ACCOUNTS = 1024

interface Account {
  /** Charged and not forgiven, up to the limit. */
  spent: number
  /** When it was charged last. */
  at: number
}

export class Charges {
  readonly #limit: number
  readonly #recovery: number
  /** The one charged last at the end. */
  readonly #accounts: Map<string, Account> = new Map()

  /** @param recovery - in how many milliseconds a full account is forgiven */
  constructor (limit: number, recovery: number) {
    this.#limit = limit
    this.#recovery = recovery
  }

  /** How many have an account. */
  get size (): number {
    return this.#accounts.size
  }

  /** Charges so much. Is that more than the limit? */
  charge (key: string, amount: number, now: number): boolean {
    const known = this.#accounts.get(key) ?? { spent: 0, at: now }
    const spent = Math.max(0, known.spent - (now - known.at) / this.#recovery * this.#limit) + amount

    this.#accounts.delete(key)
    this.#accounts.set(key, { spent: Math.min(spent, this.#limit), at: now })
    this.#forgetOldest(now)

    return spent > this.#limit
  }

  /** Those that are forgiven all, and over the limit one that is not. */
  #forgetOldest (now: number): void {
    for (const [key, { at }] of this.#accounts) {
      if (now - at < this.#recovery && this.#accounts.size <= MAX_ACCOUNTS) {
        break
      }

      this.#accounts.delete(key)
    }
  }
}
