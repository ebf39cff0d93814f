/**
 * What peers send that nobody asked them for: an account for each, in blocks and
 * in bytes, of which a little is forgiven all the time. A peer that leaves and
 * comes back finds it as it was. Pure.
 *
 * Limits: at most `MAX_PEERS` accounts; over it the one is forgotten that was
 * charged least recently. An account never grows over its budget, so that it is
 * forgiven within `unaskedRecovery` whatever was sent.
 */
import type { ClientOptions } from './options.ts'

/** A peer id costs its owner nothing, so a bad one may come by many names: those that count are the last. */
const MAX_PEERS = 1024

export type UnaskedOptions = Pick<ClientOptions, 'maxUnaskedBlocks' | 'maxUnaskedBytes' | 'unaskedRecovery'>

interface Account {
  /** Sent and not forgiven, up to the budget. */
  blocks: number
  bytes: number
  /** When it was charged last. */
  at: number
}

export class UnaskedBlocks {
  readonly #options: UnaskedOptions
  /** By peer key, the one charged last at the end. */
  readonly #accounts: Map<string, Account> = new Map()

  constructor (options: UnaskedOptions) {
    this.#options = options
  }

  /** How many peers have an account. */
  get size (): number {
    return this.#accounts.size
  }

  /** A peer sent a block of so many bytes. Has it spent more than its budget? */
  charge (peer: string, bytes: number, now: number): boolean {
    const { maxUnaskedBlocks, maxUnaskedBytes, unaskedRecovery } = this.#options
    const known = this.#accounts.get(peer) ?? { blocks: 0, bytes: 0, at: now }
    const forgiven = (now - known.at) / unaskedRecovery
    const spentBlocks = Math.max(0, known.blocks - forgiven * maxUnaskedBlocks) + 1
    const spentBytes = Math.max(0, known.bytes - forgiven * maxUnaskedBytes) + bytes
    const account = { blocks: Math.min(spentBlocks, maxUnaskedBlocks), bytes: Math.min(spentBytes, maxUnaskedBytes), at: now }

    this.#accounts.delete(peer)
    this.#accounts.set(peer, account)
    this.#forgetOldest(now)

    return spentBlocks > maxUnaskedBlocks || spentBytes > maxUnaskedBytes
  }

  /** Those that are forgiven all, and over the limit one that is not. */
  #forgetOldest (now: number): void {
    for (const [peer, { at }] of this.#accounts) {
      if (now - at < this.#options.unaskedRecovery && this.#accounts.size <= MAX_PEERS) {
        break
      }

      this.#accounts.delete(peer)
    }
  }
}
