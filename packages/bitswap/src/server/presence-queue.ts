/**
 * The HAVEs and DONT_HAVEs one peer is to be told, each CID once, in the order
 * in which they became known. Knows nothing of streams and of who asks.
 *
 * Limits: one presence a request, so no more than the peer may want; and a
 * number of refusals given at the start, see {@link PresenceQueue.refuse}.
 */
import { PresenceType } from '../message/message.ts'
import type { Presence } from '../message/message.ts'
import { presenceSize } from '../message/sizes.ts'
import { cidOfKey, cidOfRequest, RequestState } from './request.ts'
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

export class PresenceQueue {
  /** By key: no object for each, as there are peers that want a thousand blocks nobody has, every second. */
  readonly #answers: Map<string, Request> = new Map()
  readonly #refused: Set<string> = new Set() // keys only: there may be many, and nobody may read them
  /** How many refusals there may be. */
  readonly maxRefused: number

  constructor (maxRefused: number) {
    this.maxRefused = maxRefused
  }

  get size (): number {
    return this.#answers.size + this.#refused.size
  }

  /** How many of them are refusals. */
  get refusals (): number {
    return this.#refused.size
  }

  /** Is the request of this CID going to be answered? */
  isAnswered (key: string): boolean {
    return this.#answers.has(key)
  }

  /** Is the want of this CID going to be refused? */
  isRefused (key: string): boolean {
    return this.#refused.has(key)
  }

  has (key: string): boolean {
    return this.#answers.has(key) || this.#refused.has(key)
  }

  /** The answer to a request, by its state: HAVE in `Have`, else DONT_HAVE. Takes the place of an earlier one. */
  add (request: Request): void {
    this.delete(request.key)
    this.#answers.set(request.key, request)
  }

  /**
   * A DONT_HAVE for a want that there was no room for and that nothing is kept
   * of. False when too many are queued already: that peer has to find out by
   * waiting.
   */
  refuse (key: string): boolean {
    if (this.#refused.size >= this.maxRefused && !this.#refused.has(key)) {
      return false
    }

    this.#refused.add(key)

    return true
  }

  /** What was queued for this CID need not be said any more. */
  delete (key: string): void {
    this.#answers.delete(key)
    this.#refused.delete(key)
  }

  forgetRefusals (): void {
    this.#refused.clear()
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

    for (const [key, request] of this.#answers) {
      const type = answerTo(request)

      if (!takes({ cid: cidOfRequest(request), type })) {
        return { presences, told }
      }

      this.#answers.delete(key)
      told[type === PresenceType.Have ? 'haves' : 'dontHaves'].push(request)
    }

    for (const key of this.#refused) {
      if (!takes({ cid: cidOfKey(key), type: PresenceType.DontHave })) {
        break
      }

      this.#refused.delete(key)
      told.refused.push(key)
    }

    return { presences, told }
  }
}

function answerTo ({ state }: Request): PresenceType {
  return state === RequestState.Have ? PresenceType.Have : PresenceType.DontHave
}
