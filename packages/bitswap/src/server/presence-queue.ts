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
import { cidOfKey, cidOfRequest } from './request.ts'
import type { Request } from './request.ts'

/** What is kept of a presence until it has arrived: not its CID, which takes many times as much. */
export interface TakenPresence {
  key: string
  type: PresenceType
  /** Undefined for a refusal: nothing else is known of it. */
  request: Request | undefined
}

export interface TakenPresences {
  /** Each of the presence at the same place. */
  taken: TakenPresence[]
  presences: Presence[]
}

export class PresenceQueue {
  readonly #answers: Map<string, { request: Request, type: PresenceType }> = new Map()
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

  /** What the request of this CID is going to be answered. */
  answer (key: string): PresenceType | undefined {
    return this.#answers.get(key)?.type
  }

  /** Is the want of this CID going to be refused? */
  isRefused (key: string): boolean {
    return this.#refused.has(key)
  }

  has (key: string): boolean {
    return this.#answers.has(key) || this.#refused.has(key)
  }

  /** The answer to a request; takes the place of an earlier one. */
  add (request: Request, type: PresenceType): void {
    this.delete(request.key)
    this.#answers.set(request.key, { request, type })
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
    const taken: TakenPresence[] = []
    const presences: Presence[] = []
    let bytes = 0

    for (const next of this.#inOrder()) {
      const { key, type, request } = next
      const presence = { cid: request == null ? cidOfKey(key) : cidOfRequest(request), type }

      bytes += presenceSize(presence, 'v1')

      if (bytes > maxBytes && taken.length > 0) {
        break
      }

      this.delete(key)
      taken.push(next)
      presences.push(presence)
    }

    return { taken, presences }
  }

  * #inOrder (): Generator<TakenPresence> {
    for (const [key, { request, type }] of this.#answers) {
      yield { key, type, request }
    }

    for (const key of this.#refused) {
      yield { key, type: PresenceType.DontHave, request: undefined }
    }
  }
}
