/**
 * Who waits for which block: callers by multihash, so that a block wakes the
 * callers of its CIDv0 and its CIDv1 alike, each with the CID it asked for.
 * Costs nothing per block nobody waits for.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../core/cid-map.ts'
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
  /** The same by session: of one block there may be thousands, and of one session too. */
  readonly #bySession: Map<SessionState, SmallSet<Waiter>> = new Map()

  /** Blocks that somebody waits for. */
  get size (): number {
    return this.#waiters.size
  }

  add (key: string, waiter: Waiter): void {
    addTo(this.#waiters, key, waiter)
    addTo(this.#bySession, waiter.session, waiter)
  }

  /** True when it waited. */
  delete (key: string, waiter: Waiter): boolean {
    deleteFrom(this.#bySession, waiter.session, waiter)

    return deleteFrom(this.#waiters, key, waiter)
  }

  /** A copy: callers may leave while it is gone through. */
  of (key: string): Waiter[] {
    return [...this.#waiters.get(key) ?? []]
  }

  has (key: string): boolean {
    return this.#waiters.has(key)
  }

  /** Does this session wait for this block? Looks at the waiters of the block or at those of the session, whichever are fewer. */
  hasOf (session: SessionState, key: string): boolean {
    const [ofBlock, ofSession] = [this.#waiters.get(key), this.#bySession.get(session)]

    if (ofBlock == null || ofSession == null) {
      return false
    }

    return ofBlock.size < ofSession.size
      ? [...ofBlock].some(waiter => waiter.session === session)
      : [...ofSession].some(waiter => multihashKey(waiter.cid) === key)
  }

  /** Removes those of one session that wait for such blocks, and returns them. Costs the number of its waiters. */
  takeOf (session: SessionState, which: (key: string) => boolean): Waiter[] {
    const taken = [...this.#bySession.get(session) ?? []].filter(({ cid }) => which(multihashKey(cid)))

    for (const waiter of taken) {
      this.delete(multihashKey(waiter.cid), waiter)
    }

    return taken
  }

  /** Removes and returns those of a block. */
  take (key: string): readonly Waiter[] {
    const waiters = this.#waiters.get(key)

    if (waiters == null) {
      return NOBODY
    }

    this.#waiters.delete(key)

    for (const waiter of waiters) {
      deleteFrom(this.#bySession, waiter.session, waiter)
    }

    return [...waiters]
  }

  /** The same of those that take no block of that size: seldom any. */
  takeTooSmall (key: string, size: number): readonly Waiter[] {
    let taken: Waiter[] | undefined

    for (const waiter of this.#waiters.get(key) ?? NOBODY) {
      if (size > waiter.maxSize) {
        taken ??= []
        taken.push(waiter)
        this.delete(key, waiter)
      }
    }

    return taken ?? NOBODY
  }

  /** Removes and returns all. */
  takeAll (): Waiter[] {
    return [...this.#waiters.keys()].flatMap(key => this.take(key))
  }
}

const NOBODY: readonly Waiter[] = Object.freeze([])

function addTo<K> (sets: Map<K, SmallSet<Waiter>>, key: K, waiter: Waiter): void {
  const set = sets.get(key)

  if (set == null) {
    sets.set(key, new SmallSet<Waiter>().add(waiter))
  } else {
    set.add(waiter)
  }
}

function deleteFrom<K> (sets: Map<K, SmallSet<Waiter>>, key: K, waiter: Waiter): boolean {
  const set = sets.get(key)
  const deleted = set?.delete(waiter) === true

  if (set?.size === 0) {
    sets.delete(key)
  }

  return deleted
}
