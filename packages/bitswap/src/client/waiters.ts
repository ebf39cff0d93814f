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

/** Over so many who wait for one block it is counted how many of each session do: to look through them all for each that leaves would take its square. */
const FEW = 16

export class Waiters {
  readonly #waiters: Map<string, SmallSet<Waiter>> = new Map()
  /** The same by session: of one block there may be thousands, and of one session too. */
  readonly #bySession: Map<SessionState, SmallSet<Waiter>> = new Map()
  /** How many of each session wait for a block, of blocks that many wait for, or did since anybody has. */
  readonly #counts: Map<string, Map<SessionState, number>> = new Map()
  /** Those of them that would rather fail than wait, and are not put off. */
  readonly #impatient: Map<string, SmallSet<Waiter>> = new Map()

  /** Blocks that somebody waits for. */
  get size (): number {
    return this.#waiters.size
  }

  add (key: string, waiter: Waiter): void {
    if (!addTo(this.#waiters, key, waiter)) {
      return
    }

    addTo(this.#bySession, waiter.session, waiter)
    this.#count(key, waiter.session, 1)

    if (waiter.failFast) {
      addTo(this.#impatient, key, waiter)
    }
  }

  /** True when it waited. */
  delete (key: string, waiter: Waiter): boolean {
    if (!deleteFrom(this.#waiters, key, waiter)) {
      return false
    }

    deleteFrom(this.#bySession, waiter.session, waiter)
    deleteFrom(this.#impatient, key, waiter)
    this.#count(key, waiter.session, -1)

    return true
  }

  /** A copy: callers may leave while it is gone through. */
  of (key: string): Waiter[] {
    return [...this.#waiters.get(key) ?? []]
  }

  has (key: string): boolean {
    return this.#waiters.has(key)
  }

  /** Those of a block that would rather fail than wait, but for those that are put off. A copy. */
  impatientOf (key: string): Waiter[] {
    return [...this.#impatient.get(key) ?? NOBODY]
  }

  /** It waits a while longer: until then it is none of the impatient. */
  putOff (key: string, waiter: Waiter): void {
    deleteFrom(this.#impatient, key, waiter)
  }

  /** It is as impatient as before it was put off, if it waits still. Costs nothing but this one. */
  resume (key: string, waiter: Waiter): void {
    if (this.#waiters.get(key)?.has(waiter) === true) {
      addTo(this.#impatient, key, waiter)
    }
  }

  /** Does this session wait for this block? Looks at no more than {@link FEW}. */
  hasOf (session: SessionState, key: string): boolean {
    const counts = this.#counts.get(key)

    if (counts != null) {
      return counts.has(session)
    }

    for (const waiter of this.#waiters.get(key) ?? NOBODY) {
      if (waiter.session === session) {
        return true
      }
    }

    return false
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
    this.#counts.delete(key)
    this.#impatient.delete(key)

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

  /** One more or one fewer of this session waits, which is in or out of the set of the block. */
  #count (key: string, session: SessionState, change: 1 | -1): void {
    const waiters = this.#waiters.get(key)
    const counts = this.#counts.get(key)

    if (waiters == null) {
      this.#counts.delete(key)
    } else if (counts != null) {
      changeCount(counts, session, change)
    } else if (waiters.size > FEW) {
      const begun = new Map<SessionState, number>()

      for (const waiter of waiters) {
        changeCount(begun, waiter.session, 1)
      }

      this.#counts.set(key, begun)
    }
  }
}

const NOBODY: readonly Waiter[] = Object.freeze([])

/** True when it was not there. */
function addTo<K> (sets: Map<K, SmallSet<Waiter>>, key: K, waiter: Waiter): boolean {
  const set = sets.get(key) ?? new SmallSet<Waiter>()
  const before = set.size

  if (set.add(waiter).size === 1) {
    sets.set(key, set)
  }

  return set.size > before
}

function deleteFrom<K> (sets: Map<K, SmallSet<Waiter>>, key: K, waiter: Waiter): boolean {
  const set = sets.get(key)
  const deleted = set?.delete(waiter) === true

  if (set?.size === 0) {
    sets.delete(key)
  }

  return deleted
}

/** Of whom none is left nothing is kept. */
function changeCount (counts: Map<SessionState, number>, session: SessionState, change: 1 | -1): void {
  const count = (counts.get(session) ?? 0) + change

  if (count > 0) {
    counts.set(session, count)
  } else {
    counts.delete(session)
  }
}
