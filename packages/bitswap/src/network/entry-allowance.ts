/**
 * How much peers may say, in entries: wants, cancels, presences. Each has an
 * account of `maxEntries` that fills up at `entryRate`; what was to the purpose
 * is given back. Over it a peer is in debt until that is paid off. What all may
 * use up in a second is bounded too: while many do they share it, and what they
 * say at one time is spread. Pure.
 *
 * Limits: accounts only of peers that have said something lately, be they
 * connected or not, `MAX_ACCOUNTS` at the most; over it the oldest is forgotten.
 */
import type { NetworkOptions } from './options.ts'

const MAX_ACCOUNTS = 4096

/** Who owes less than this part of its account is not made to wait for what others say. */
const SMALL_PART = 64

/** For how long after it was given something back a peer is not made to wait for what others say, in milliseconds. */
const USEFUL_TIME = 5000

/** So many entries that were said by others just now keep nobody waiting. */
const AT_ONCE = 1024

/** How often it is looked up who shares, in milliseconds. */
const SHARING_INTERVAL = 100

export type EntryOptions = Pick<NetworkOptions, 'maxEntries' | 'entryRate' | 'totalEntryRate'>

interface Account {
  /** Below 0 it is in debt. */
  left: number
  /** When that was so. */
  at: number
  /** Since when it has had to wait, and let up not once. */
  waitingSince: number | undefined
  /** When it was given something back last. */
  usefulAt: number
}

export class EntryAllowance {
  readonly #options: EntryOptions
  /** Those that are not full. */
  readonly #accounts: Map<string, Account> = new Map()
  /** Entries a millisecond that each account gets. */
  #share: number
  #sharedAt = -Infinity
  /** What all have said and not been given back, until the rate of all pays it off, and when that was so. */
  #debt = 0
  #debtAt = -Infinity

  constructor (options: EntryOptions) {
    this.#options = options
    this.#share = options.entryRate / 1000
  }

  /** How many accounts are not full. */
  get size (): number {
    return this.#accounts.size
  }

  /** A peer said so much. It may be more than it has left. */
  spend (peer: string, entries: number, now: number): void {
    this.#shareOut(now)

    const account = this.#accounts.get(peer) ?? { left: this.#options.maxEntries, at: now, waitingSince: undefined, usefulAt: -Infinity }

    this.#fill(account, now)
    account.left -= entries
    this.#debt = this.#debtNow(now) + entries
    this.#debtAt = now
    this.#accounts.set(peer, account)
    this.#forgetOldest()
  }

  /** So much of what it said was to the purpose, or asked for. */
  giveBack (peer: string, entries: number, now: number): void {
    const account = this.#accounts.get(peer)

    if (account != null) {
      const left = Math.min(this.#options.maxEntries, account.left + entries)

      this.#debt = Math.max(0, this.#debtNow(now) - (left - account.left))
      this.#debtAt = now
      account.left = left
      account.waitingSince = undefined
      account.usefulAt = now
    }
  }

  /** In how many milliseconds it may say more; 0 when it may now. */
  waitFor (peer: string, now: number): number {
    this.#shareOut(now)

    const account = this.#accounts.get(peer)

    if (account == null) {
      return 0
    }

    this.#fill(account, now)

    return account.left > 0 ? this.#waitForAll(account, now) : (1 - account.left) / this.#share
  }

  /**
   * In how many milliseconds it may say something large, for all that others have
   * said at this time; 0 when it may now, as may whoever was given something back
   * lately. It is not what it owes that it waits for: it may be new.
   */
  waitForOthers (peer: string, now: number): number {
    const { maxEntries, totalEntryRate } = this.#options
    const account = this.#accounts.get(peer)
    const others = this.#debtNow(now) - (account == null ? 0 : maxEntries - account.left)
    const isUseful = account != null && now - account.usefulAt < USEFUL_TIME

    return isUseful || others <= AT_ONCE ? 0 : (others - AT_ONCE) / totalEntryRate * 1000
  }

  /** It says something, and did not have to wait for that. */
  letUp (peer: string): void {
    const account = this.#accounts.get(peer)

    if (account != null) {
      account.waitingSince = undefined
    }
  }

  /** It has to wait now. For how long has it had to, ever since it let up, or something was given back? */
  waited (peer: string, now: number): number {
    const account = this.#accounts.get(peer)

    if (account == null) {
      return 0
    }

    account.waitingSince ??= now

    return now - account.waitingSince
  }

  /** While there are many of them, those that say much, to no purpose, do so one after the other. */
  #waitForAll (account: Account, now: number): number {
    const { maxEntries, entryRate, totalEntryRate } = this.#options
    const isExempt = this.#share >= entryRate / 1000 || account.left > maxEntries - maxEntries / SMALL_PART || now - account.usefulAt < USEFUL_TIME

    return isExempt ? 0 : this.#debtNow(now) / totalEntryRate * 1000
  }

  #debtNow (now: number): number {
    return Math.max(0, this.#debt - (now - this.#debtAt) / 1000 * this.#options.totalEntryRate)
  }

  #fill (account: Account, now: number): void {
    account.left = Math.min(this.#options.maxEntries, account.left + (now - account.at) * this.#share)
    account.at = now
  }

  /** Costs the number of accounts, once in a while. */
  #shareOut (now: number): void {
    const { maxEntries, entryRate, totalEntryRate } = this.#options

    if (now - this.#sharedAt < SHARING_INTERVAL) {
      return
    }

    for (const [peer, account] of this.#accounts) {
      this.#fill(account, now)

      if (account.left >= maxEntries) {
        this.#accounts.delete(peer)
      }
    }

    this.#sharedAt = now
    this.#share = Math.min(entryRate, totalEntryRate / Math.max(1, this.#accounts.size)) / 1000
  }

  #forgetOldest (): void {
    for (const peer of this.#accounts.keys()) {
      if (this.#accounts.size <= MAX_ACCOUNTS) {
        return
      }

      this.#accounts.delete(peer)
    }
  }
}
