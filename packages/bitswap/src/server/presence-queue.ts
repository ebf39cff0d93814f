/**
 * The HAVEs and DONT_HAVEs one peer is to be told, each CID once, in the order
 * in which they became known. Knows nothing of streams and of who asks.
 *
 * Limits: one presence a request, so no more than the peer may want; refusals
 * see {@link PresenceQueue.refuse}.
 */
import { cidOfKey } from '../message/cid-key.ts'
import { PresenceType } from '../message/message.ts'
import type { Presence } from '../message/message.ts'
import { presenceSize } from '../message/sizes.ts'
import { cidOfRequest, RequestState } from './request.ts'
import type { Request } from './request.ts'

/** A message's worth of presences. */
export interface TakenPresences {
  presences: Presence[]
  told: ToldPresences
}

/**
 * Of whom the presences are: what is kept until they have arrived, and those
 * themselves are not.
 */
export interface ToldPresences {
  haves: Request[]
  dontHaves: Request[]
  /** Keys of wants of which nothing is kept. */
  refused: string[]
}

/** Refusals that wait to be told, over all peers. */
export interface RefusalTally {
  count: number
  /** Over so many a peer may have no more than {@link FEW} of them. */
  readonly max: number
}

/**
 * How many refusals may wait to be told, for each want a peer may have. Peers
 * exist that want 8000 blocks at once; a refusal takes about 100 bytes.
 */
const REFUSALS_PER_WANT = 8

/** For each want it may have, whatever others have. */
const FEW = 1 / 8

export class PresenceQueue {
  /** By key: no object for each, as there are peers that want a thousand blocks nobody has, every second. Undefined while there are none. */
  #answers: Map<string, Request> | undefined
  /** Undefined while there are none. Keys only: there may be many, and nobody may read them. */
  #refused: Set<string> | undefined
  /** How many refusals there may be at the most. */
  readonly maxRefused: number
  readonly #fewRefused: number
  readonly #ofAll: RefusalTally

  /**
   * @param maxWants - of the peer
   * @param ofAll - kept in step with the refusals here and in others
   */
  constructor (maxWants: number, ofAll: RefusalTally = { count: 0, max: Infinity }) {
    this.maxRefused = maxWants * REFUSALS_PER_WANT
    this.#fewRefused = Math.ceil(maxWants * FEW)
    this.#ofAll = ofAll
  }

  get size (): number {
    return (this.#answers?.size ?? 0) + this.refusals
  }

  /** How many of them are refusals. */
  get refusals (): number {
    return this.#refused?.size ?? 0
  }

  /** Is the request of this CID going to be answered? */
  isAnswered (key: string): boolean {
    return this.#answers?.has(key) === true
  }

  /** Is the want of this CID going to be refused? */
  isRefused (key: string): boolean {
    return this.#refused?.has(key) === true
  }

  has (key: string): boolean {
    return this.isAnswered(key) || this.isRefused(key)
  }

  /** The answer to a request, by its state: HAVE in `Have`, else DONT_HAVE. Takes the place of an earlier one. */
  add (request: Request): void {
    this.delete(request.key)
    this.#answers ??= new Map()
    this.#answers.set(request.key, request)
  }

  /**
   * A DONT_HAVE for a want that there was no room for and that nothing is kept
   * of. False when too many are queued already: that peer has to find out by
   * waiting.
   */
  refuse (key: string): boolean {
    const max = this.#ofAll.count < this.#ofAll.max ? this.maxRefused : this.#fewRefused

    if (this.isRefused(key)) {
      return true
    }

    if (this.refusals >= max) {
      return false
    }

    this.#refused ??= new Set()
    this.#refused.add(key)
    this.#ofAll.count++

    return true
  }

  /** What was queued for this CID need not be said any more. */
  delete (key: string): void {
    this.#unanswer(key)
    this.#forget(key)
  }

  forgetRefusals (): void {
    this.#ofAll.count -= this.refusals
    this.#refused = undefined
  }

  /** Removes and returns the first, as many as fit into so many bytes when encoded; one at the least. */
  take (maxBytes: number): TakenPresences {
    const presences: Presence[] = []
    const told: ToldPresences = { haves: [], dontHaves: [], refused: [] }
    let bytes = 0

    /** Is there room for it? */
    const takes = (presence: Presence): boolean => {
      bytes += presenceSize(presence, 'v1')

      return (bytes <= maxBytes || presences.length === 0) && presences.push(presence) > 0
    }

    for (const [key, request] of this.#answers ?? []) {
      const type = answerTo(request)

      if (!takes({ cid: cidOfRequest(request), type })) {
        return { presences, told }
      }

      this.#unanswer(key)
      told[type === PresenceType.Have ? 'haves' : 'dontHaves'].push(request)
    }

    for (const key of this.#refused ?? []) {
      if (!takes({ cid: cidOfKey(key), type: PresenceType.DontHave })) {
        break
      }

      this.#forget(key)
      told.refused.push(key)
    }

    return { presences, told }
  }

  #unanswer (key: string): void {
    if (this.#answers?.delete(key) === true && this.#answers.size === 0) {
      this.#answers = undefined
    }
  }

  #forget (key: string): void {
    if (this.#refused?.delete(key) === true) {
      this.#ofAll.count--

      if (this.#refused.size === 0) {
        this.#refused = undefined
      }
    }
  }
}

function answerTo ({ state }: Request): PresenceType {
  return state === RequestState.Have ? PresenceType.Have : PresenceType.DontHave
}
