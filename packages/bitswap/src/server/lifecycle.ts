/**
 * Moves a request from state to state, and keeps the queues of its account, the
 * ledger and the list of those that wait for another attempt in step with it.
 * Which move is due is decided by others.
 */
import { Deadlines } from '../core/deadlines.ts'
import { WantType } from '../message/message.ts'
import type { Account } from './account.ts'
import { allowAll } from './options.ts'
import type { ServerOptions } from './options.ts'
import { RequestState } from './request.ts'
import type { Request } from './request.ts'
import type { WantLedger } from './want-ledger.ts'

/**
 * How often an answer is sent again that was sent already and may have been
 * lost with its stream. A peer that resets every stream it was sent something
 * on would be sent the same for ever; it has to ask again.
 */
const MAX_RESENDS = 3

export type LifecycleOptions = Pick<ServerOptions, 'serve' | 'filter' | 'maxWants' | 'maxWantsPerPeer' | 'wantHaveReplaceSize' | 'sendDontHaves'>

export class Lifecycle {
  /** Requests the store failed for, and when they are asked about again. */
  readonly resting: Deadlines<Request> = new Deadlines()
  readonly #ledger: WantLedger
  readonly #options: LifecycleOptions

  constructor (ledger: WantLedger, options: LifecycleOptions) {
    this.#ledger = ledger
    this.#options = options
  }

  /** A new one: the filter and the store are to be asked about it. */
  begin (request: Request): void {
    this.#add(request)
    request.account.unasked.push(request, 0)
  }

  /** As {@link begin}, once more. Answers to the first question do not count any more. */
  ask (request: Request): void {
    this.#leave(request)
    request.state = RequestState.Asking
    request.account.unasked.push(request, 0)
    request.account.leastUseful?.note(request)
  }

  /**
   * As {@link ask}, of our own accord. Who knows that we lack the block is not told
   * so again: one who may not know that it has come would learn it by that.
   */
  lookAgain (request: Request): void {
    request.isTold ||= request.state === RequestState.Absent && !request.account.presences.has(request.key)
    this.ask(request)
  }

  /** Its priority changed. */
  reorder (request: Request): void {
    const { unasked, queued, ready } = request.account

    for (const queue of [unasked, queued, ready]) {
      queue.update(request)
    }

    request.account.leastUseful?.note(request)
  }

  /** The store failed; it is to be asked again at that time. */
  rest (request: Request, until: number): void {
    this.#leave(request)
    request.state = RequestState.Resting
    this.resting.set(request, until)
    request.account.leastUseful?.note(request)
  }

  /** We lack the block. The peer is told if it asked to be. */
  absent (request: Request): void {
    this.#leave(request)
    request.state = RequestState.Absent
    request.failures = 0
    request.cid = undefined // it may wait for long, and takes three times as much as all else that is kept of it
    request.account.leastUseful?.note(request)

    if (this.wantsDontHave(request) && !request.isTold) {
      request.account.presences.add(request)
    }
  }

  /**
   * We have the block. Queues what the peer is to be sent: a HAVE, or the block;
   * if its bytes are here, it is ready.
   *
   * @param size - undefined when not known; a HAVE is never replaced then
   */
  present (request: Request, size: number | undefined, bytes?: Uint8Array): void {
    const { account } = request

    this.#leave(request)
    request.size = size

    if (!this.#isAnsweredWithBlock(request)) {
      request.state = RequestState.Have
      request.failures = 0
      account.presences.add(request)
    } else if (bytes == null) {
      request.state = RequestState.Queued
      account.queued.push(request, size ?? 0)
    } else {
      request.state = RequestState.Ready
      request.failures = 0
      request.bytes = bytes
      account.ready.push(request, bytes.byteLength)
    }

    account.leastUseful?.note(request)
  }

  /** Its answer was taken into a message that was lost: it is due again, if it still may be had. */
  again (request: Request): void {
    if (this.#options.filter === allowAll) {
      this.present(request, request.size)
    } else {
      this.ask(request)
    }
  }

  /** Its block is being read. */
  reading (request: Request): void {
    this.#leave(request)
    request.state = RequestState.Reading
    request.account.reading++
  }

  /** Its HAVE was taken into a message. */
  telling (request: Request): void {
    this.#leave(request)
    request.state = RequestState.Telling
  }

  /** Its block was taken into a message. */
  sending (request: Request): void {
    this.#leave(request)
    request.state = RequestState.Sending
  }

  /** It is over. Twice is a no-op. */
  remove (request: Request): void {
    if (request.state === RequestState.Gone) {
      return
    }

    this.#leave(request)
    request.state = RequestState.Gone
    request.cid = undefined // it may be brought back, and is kept for that
    this.#ledger.remove(request)
  }

  /**
   * Brings back a request that was removed because its answer was sent, when
   * that may not have arrived. Not when the peer has left, has sent a full
   * wantlist since, asks for it anew, or has no room for it; nor when nobody is
   * served any more, of which the peer is told.
   */
  restore (request: Request): boolean {
    const { account } = request
    const overtaken = !account.open || account.fullBatch > request.batch || account.requests.has(request.key)

    if (overtaken || !this.#hasRoom(account) || !this.#mayResend(request)) {
      return false
    }

    if (this.#options.serve !== true) {
      if (this.#options.serve === false && this.wantsDontHave(request)) {
        account.presences.refuse(request.key)
      }

      return false
    }

    this.#add(request)
    this.again(request)

    return true
  }

  /** As {@link restore}, for a DONT_HAVE: the request is still there. */
  restoreAbsent (request: Request): boolean {
    const { account } = request

    request.isTold = false

    if (request.state !== RequestState.Absent || account.presences.has(request.key) || !this.#mayResend(request)) {
      return false
    }

    account.presences.add(request)

    return true
  }

  wantsDontHave (request: Pick<Request, 'sendDontHave'>): boolean {
    return request.sendDontHave && this.#options.sendDontHaves
  }

  /** That there was no room for it need not be said any more. */
  #add (request: Request): void {
    request.account.presences.delete(request.key)
    this.#ledger.add(request)
    request.account.leastUseful?.note(request)
  }

  #hasRoom ({ requests }: Account): boolean {
    return requests.size < this.#options.maxWantsPerPeer && this.#ledger.size < this.#options.maxWants
  }

  #mayResend (request: Request): boolean {
    return request.resends++ < MAX_RESENDS
  }

  #isAnsweredWithBlock ({ wantType, size }: Request): boolean {
    const { wantHaveReplaceSize } = this.#options

    return wantType === WantType.Block || (wantHaveReplaceSize > 0 && size != null && size <= wantHaveReplaceSize)
  }

  #leave (request: Request): void {
    const { account } = request

    switch (request.state) {
      case RequestState.Asking:
        account.unasked.delete(request)
        break
      case RequestState.Resting:
        this.resting.delete(request)
        break
      case RequestState.Absent:
      case RequestState.Have:
        account.presences.delete(request.key)
        break
      case RequestState.Queued:
        account.queued.delete(request)
        break
      case RequestState.Reading:
        account.reading--
        break
      case RequestState.Ready:
        account.ready.delete(request)
        request.bytes = undefined
        break
      default:
    }

    request.ticket++
  }
}
