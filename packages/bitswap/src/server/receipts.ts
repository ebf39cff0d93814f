/**
 * Bytes of blocks both ways, by peer, and what that is worth. An account is opened when a peer connects
 * and kept when it leaves, for the day it comes back. Nothing is decided by it
 * here. Pure: times are those of the clock of whoever calls.
 *
 * Limits: one entry a connected peer, and `maxKept` of peers that left; those
 * that left first go first.
 */
import { PartnerWorth } from './partner-worth.ts'
import type { SavedReceipt } from './receipt-store.ts'

export interface Score {
  /** Debt ratio: sent / (received + 1). */
  value: number
  sent: number
  received: number
  /** Times a block went either way. */
  exchanged: number
  /** How long ago the last of them was, in milliseconds; undefined when there was none. */
  exchangedAgo: number | undefined
}

/** What adds up. */
type Sums = Pick<Score, 'sent' | 'received' | 'exchanged'>

interface Entry extends Sums {
  exchangedAt: number | undefined
  readonly worth: PartnerWorth
}

export class Receipts {
  readonly #present: Map<string, Entry> = new Map()
  readonly #left: Map<string, Entry> = new Map() // first to leave, first in order
  readonly #maxKept: number
  /** Of accounts that were dropped, and of those who had none. */
  readonly #forgotten: Sums = { sent: 0, received: 0, exchanged: 0 }
  /** What the accounts have from before this process. */
  readonly #restored: Sums = { sent: 0, received: 0, exchanged: 0 }

  constructor (maxKept: number) {
    this.#maxKept = maxKept
  }

  connected (peer: string): void {
    if (this.#present.has(peer)) {
      return
    }

    this.#present.set(peer, this.#left.get(peer) ?? createEntry())
    this.#left.delete(peer)
  }

  disconnected (peer: string): void {
    const entry = this.#present.get(peer)

    if (entry == null) {
      return
    }

    this.#present.delete(peer)

    if (entry.exchanged > 0) { // nothing to remember otherwise
      this.#left.set(peer, entry)
      this.#dropOldest()
    }
  }

  /** A block went to the peer. Counts for one that has just left, not for strangers: their entry would stay for ever. */
  sent (peer: string, bytes: number, now: number): void {
    this.#exchanged(peer, now).sent += bytes
  }

  /** A block that was wanted came from the peer; otherwise as {@link sent}. */
  received (peer: string, bytes: number, now: number): void {
    this.#exchanged(peer, now).received += bytes
  }

  get (peer: string, now: number): Score | undefined {
    const entry = this.#entry(peer)

    if (entry == null) {
      return undefined
    }

    const { sent, received, exchanged, exchangedAt } = entry

    return { value: sent / (received + 1), sent, received, exchanged, exchangedAgo: exchangedAt == null ? undefined : now - exchangedAt }
  }

  /** As {@link PartnerWorth.at}; 0 for strangers. */
  worth (peer: string, now: number): number {
    const entry = this.#entry(peer)

    return entry == null || entry.exchanged === 0 ? 0 : entry.worth.at(now, entry.received / Math.max(1, entry.received + entry.sent))
  }

  /** As {@link PartnerWorth.isNothing}. */
  isWorthNothing (peer: string, now: number): boolean {
    return this.#entry(peer)?.worth.isNothing(now) ?? true
  }

  /**
   * Adds what was exchanged before this process; the first are taken to be the
   * latest. Of peers that are not here so many are taken as there is room.
   * Returns how many were no receipts.
   */
  restore (saved: Iterable<SavedReceipt>, now: number): number {
    const left = [...this.#left] // those that left since are later than all that was saved
    const restored: Array<[string, Entry]> = []
    let wrong = 0

    for (const receipt of saved) {
      if (!isReceipt(receipt)) {
        wrong++
        continue
      }

      const known = this.#entry(receipt.peer)

      if (known == null && left.length + restored.length >= this.#maxKept) {
        continue
      }

      const entry = known ?? createEntry()

      if (known == null) {
        restored.push([receipt.peer, entry])
      }

      add(entry, receipt)
      add(this.#restored, receipt)
      entry.exchangedAt ??= now - receipt.exchangedAgo
    }

    this.#left.clear()

    for (const [peer, entry] of [...restored.toReversed(), ...left]) {
      this.#left.set(peer, entry)
    }

    return wrong
  }

  /** So many of those with whom something was exchanged, the latest first. */
  latest (count: number, now: number): SavedReceipt[] {
    const receipts: SavedReceipt[] = []

    for (const [peer, { sent, received, exchanged, exchangedAt }] of [...this.#left, ...this.#present]) {
      if (exchangedAt != null) {
        receipts.push({ peer, sent, received, exchanged, exchangedAgo: now - exchangedAt })
      }
    }

    return receipts.sort((a, b) => a.exchangedAgo - b.exchangedAgo).slice(0, count)
  }

  /** Of all peers there ever were in this process, whether an account is kept of them or not. Costs the number of accounts. */
  total (): Sums {
    const total = { ...this.#forgotten }

    for (const entries of [this.#present, this.#left]) {
      for (const entry of entries.values()) {
        add(total, entry)
      }
    }

    add(total, this.#restored, -1)

    return total
  }

  #exchanged (peer: string, now: number): Sums {
    const entry = this.#entry(peer)

    if (entry != null) {
      entry.exchangedAt = now
      entry.worth.exchanged(now)
    }

    const sums = entry ?? this.#forgotten
    sums.exchanged++

    return sums
  }

  #entry (peer: string): Entry | undefined {
    return this.#present.get(peer) ?? this.#left.get(peer)
  }

  #dropOldest (): void {
    for (const [peer, entry] of this.#left) {
      if (this.#left.size <= this.#maxKept) {
        return
      }

      this.#left.delete(peer)
      add(this.#forgotten, entry)
    }
  }
}

function createEntry (): Entry {
  return { sent: 0, received: 0, exchanged: 0, exchangedAt: undefined, worth: new PartnerWorth() }
}

function add (sums: Sums, { sent, received, exchanged }: Sums, sign: 1 | -1 = 1): void {
  sums.sent += sign * sent
  sums.received += sign * received
  sums.exchanged += sign * exchanged
}

/** What comes out of a store may be anything. */
function isReceipt (value: unknown): value is SavedReceipt {
  if (typeof value !== 'object' || value === null) {
    return false
  }

  const { peer, sent, received, exchanged, exchangedAgo } = value as SavedReceipt
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 0

  return typeof peer === 'string' && [sent, received, exchanged].every(isCount) && exchanged > 0 && Number.isFinite(exchangedAgo) && exchangedAgo >= 0
}
