/**
 * Bytes of blocks both ways, by peer. An account is opened when a peer connects
 * and kept when it leaves, for the day it comes back. Nothing is decided by it
 * here.
 *
 * Limits: one entry a connected peer, and `maxKept` of peers that left; those
 * that left first go first.
 */

export interface Score {
  /** Debt ratio: sent / (received + 1). */
  value: number
  sent: number
  received: number
  /** Times a block went either way. */
  exchanged: number
}

interface Entry {
  sent: number
  received: number
  exchanged: number
}

export class ScoreLedger {
  readonly #present: Map<string, Entry> = new Map()
  readonly #left: Map<string, Entry> = new Map() // first to leave, first in order
  readonly #maxKept: number
  /** Of accounts that were dropped, and of those who had none. */
  readonly #forgotten: Entry = { sent: 0, received: 0, exchanged: 0 }

  constructor (maxKept: number) {
    this.#maxKept = maxKept
  }

  connected (peer: string): void {
    if (this.#present.has(peer)) {
      return
    }

    this.#present.set(peer, this.#left.get(peer) ?? { sent: 0, received: 0, exchanged: 0 })
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
  sent (peer: string, bytes: number): void {
    const entry = this.#entry(peer) ?? this.#forgotten

    entry.sent += bytes
    entry.exchanged++
  }

  /** A block that was wanted came from the peer; otherwise as {@link sent}. */
  received (peer: string, bytes: number): void {
    const entry = this.#entry(peer) ?? this.#forgotten

    entry.received += bytes
    entry.exchanged++
  }

  get (peer: string): Score | undefined {
    const entry = this.#entry(peer)

    return entry == null ? undefined : { value: entry.sent / (entry.received + 1), ...entry }
  }

  /** Of all peers there ever were, whether an account is kept of them or not. Costs the number of accounts. */
  total (): Omit<Score, 'value'> {
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
