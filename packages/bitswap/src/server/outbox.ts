/**
 * What is handed to the streams, and what becomes of it. A request is over when
 * its answer was written, not before; what was lost is due again.
 */
import type { Account } from './account.ts'
import { packEnvelope } from './envelope.ts'
import type { Packed } from './envelope.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { TakenPresences, ToldPresences } from './presence-queue.ts'
import { RequestState } from './request.ts'
import type { Request } from './request.ts'

export class Outbox {
  readonly #lifecycle: Lifecycle

  constructor (lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle
  }

  /** What the peer is to be told, as much as fits into so many bytes. */
  takePresences (account: Account, maxBytes: number): TakenPresences {
    const taken = account.presences.take(maxBytes)

    for (const request of taken.told.haves) {
      this.#lifecycle.telling(request)
    }

    return taken
  }

  /** Blocks that are ready, as many as make one message. */
  takeBlocks (account: Account, targetSize: number): Packed {
    const packed = packEnvelope(account.ready, targetSize)

    for (const request of packed.requests) {
      this.#lifecycle.sending(request)
    }

    return packed
  }

  /**
   * They were written. A want-have ends with its HAVE; a want that was answered
   * DONT_HAVE stays. Returns the requests that are over by this.
   */
  presencesSent ({ haves }: ToldPresences): Request[] {
    return this.#finish(haves, RequestState.Telling)
  }

  /** The blocks of these were written. Returns those that are over by this: some may have been cancelled meanwhile. */
  blocksSent (requests: Request[]): Request[] {
    return this.#finish(requests, RequestState.Sending)
  }

  /** They were not written: they are due again, unless something else became of their requests. */
  presencesLost (account: Account, { haves, dontHaves, refused }: ToldPresences): void {
    for (const request of haves) {
      if (request.state === RequestState.Telling) {
        this.#lifecycle.again(request)
      }
    }

    for (const request of dontHaves) {
      request.isTold = false // it is said with the answer, if it is being asked about again

      if (request.state === RequestState.Absent) {
        account.presences.add(request)
      }
    }

    for (const key of refused) {
      if (account.open && !account.requests.has(key)) {
        account.presences.refuse(key)
      }
    }
  }

  /** As {@link presencesLost}. */
  blocksLost (requests: Request[]): void {
    for (const request of requests) {
      if (request.state === RequestState.Sending) {
        this.#lifecycle.again(request)
      }
    }
  }

  /** What is ready for that peer is kept in memory no more: it is read again when it can be sent. */
  giveBack (account: Account): void {
    for (let request = account.ready.peek(); request != null; request = account.ready.peek()) {
      this.#lifecycle.present(request, request.size)
    }
  }

  /**
   * They were written, and may not have arrived: they are due again, for a
   * bounded number of times. Returns how many.
   *
   * @param finished - what {@link presencesSent} or {@link blocksSent} returned
   */
  restore (finished: Request[]): number {
    return finished.filter(request => this.#lifecycle.restore(request)).length
  }

  /** As {@link restore}, for the DONT_HAVEs among them. Refusals are not said again: nothing is known of them. */
  restoreAbsent ({ dontHaves }: ToldPresences): number {
    return dontHaves.filter(request => this.#lifecycle.restoreAbsent(request)).length
  }

  #finish (requests: Request[], state: RequestState): Request[] {
    const finished = requests.filter(request => request.state === state)

    for (const request of finished) {
      this.#lifecycle.remove(request)
    }

    return finished
  }
}
