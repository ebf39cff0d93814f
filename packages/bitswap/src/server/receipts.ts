/**
 * Bytes of blocks both ways, by peer, and what that is worth. An account is opened when a peer connects
 * and kept when it leaves, for the day it comes back. Nothing is decided by it
 * here. Pure: times are those of the clock of whoever calls.
 *
 * Limits: one entry a connected peer, and `maxKept` of peers that left; those
 * that left first go first.
 */
import { PartnerWorth } from './partner-worth.ts'

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

  /** Of all peers there ever were, whether an account is kept of them or not. Costs the number of accounts. */
  total (): Sums {
    const total = { ...this.#forgotten }

    for (const entries of [this.#present, this.#left]) {
      for (const { sent, received, exchanged } of entries.values()) {
        total.sent += sent
        total.received += received
        total.exchanged += exchanged
      }
    }

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
    for (const [peer, { sent, received, exchanged }] of this.#left) {
      if (this.#left.size <= this.#maxKept) {
        return
      }

      this.#left.delete(peer)
      this.#forgotten.sent += sent
      this.#forgotten.received += received
      this.#forgotten.exchanged += exchanged
    }
  }
}

function createEntry (): Entry {
  return { sent: 0, received: 0, exchanged: 0, exchangedAt: undefined, worth: new PartnerWorth() }
}
