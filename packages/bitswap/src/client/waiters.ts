/**
 * Who waits for which block: callers by multihash, so that a block wakes the
 * callers of its CIDv0 and its CIDv1 alike, each with the CID it asked for.
 * Costs nothing per block nobody waits for.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { SmallSet } from '../core/small-set.ts'
import type { BitswapProgressEvents } from '../events.ts'
import type { SessionState } from './session-state.ts'

/** One caller and one CID. */
export interface Waiter {
  readonly cid: CID
  readonly session: SessionState
  readonly maxSize: number
  readonly failFast: boolean
  /** Ask nobody but the peers of the session. */
  readonly onlyProviders: boolean
  readonly onProgress: ((event: BitswapProgressEvents) => void) | undefined

  /** The block is here and stored; from a peer, or from our own side. Called once, or `failed` is. */
  arrived (bytes: Uint8Array, from: PeerId | undefined): void
  failed (error: Error): void
}

export class Waiters {
  readonly #waiters: Map<string, SmallSet<Waiter>> = new Map()

  /** Blocks that somebody waits for. */
  get size (): number {
    return this.#waiters.size
  }

  add (key: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(key)

    if (waiters == null) {
      this.#waiters.set(key, new SmallSet<Waiter>().add(waiter))
    } else {
      waiters.add(waiter)
    }
  }

  delete (key: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(key)

    waiters?.delete(waiter)

    if (waiters?.size === 0) {
      this.#waiters.delete(key)
    }
  }

  /** A copy: callers may leave while it is gone through. */
  of (key: string): Waiter[] {
    return [...this.#waiters.get(key) ?? []]
  }

  has (key: string): boolean {
    return this.#waiters.has(key)
  }

  /** Is there one among those of this block? Looks no further than the first. */
  some (key: string, which: (waiter: Waiter) => boolean): boolean {
    for (const waiter of this.#waiters.get(key) ?? []) {
      if (which(waiter)) {
        return true
      }
    }

    return false
  }

  /** Removes those it returns. */
  take (key: string, which: (waiter: Waiter) => boolean = () => true): Waiter[] {
    const taken = this.of(key).filter(which)

    for (const waiter of taken) {
      this.delete(key, waiter)
    }

    return taken
  }

  /** Removes and returns all. */
  takeAll (): Waiter[] {
    return [...this.#waiters.keys()].flatMap(key => this.take(key))
  }
}
