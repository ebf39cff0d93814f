/**
 * The deciding part of the serving side: wantlists and what the store holds go
 * in, what to ask, read and send comes out. Pure: no clock, no promises, no
 * callbacks.
 *
 * Not for: fairness between peers (each is asked for what it can take), and
 * reading (`store-queries.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import type { Deadlines } from '../core/deadlines.ts'
import type { Account } from './account.ts'
import type { Packed } from './envelope.ts'
import { Intake } from './intake.ts'
import type { Wantlist } from './intake.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ServerOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import type { RefusalTally } from './presence-queue.ts'
import { ReadAhead } from './read-ahead.ts'
import { RequestState } from './request.ts'
import type { Request } from './request.ts'
import { Room } from './room.ts'
import type { Received } from './room.ts'
import { WantLedger } from './want-ledger.ts'

export type EngineOptions = Pick<
  ServerOptions,
  'serve' | 'maxWants' | 'maxWantsPerPeer' | 'maxCidSize' | 'filter' | 'maxAbsenceAge' | 'wantHaveReplaceSize' | 'sendDontHaves' | 'maxReadsPerPeer' | 'maxReadAhead' | 'maxReadAheadPerPeer'
>

export class Engine {
  readonly lifecycle: Lifecycle
  readonly outbox: Outbox
  /** Of all peers. */
  readonly refusals: RefusalTally
  readonly #ledger: WantLedger = new WantLedger()
  readonly #room: Room
  readonly #intake: Intake
  readonly #options: EngineOptions
  readonly #ahead: ReadAhead

  constructor (options: EngineOptions) {
    this.#options = options
    this.refusals = { count: 0, max: options.maxWants }
    this.#ahead = new ReadAhead(options)
    this.lifecycle = new Lifecycle(this.#ledger, options)
    this.outbox = new Outbox(this.lifecycle)
    this.#room = new Room(this.lifecycle, this.#ledger, options)
    this.#intake = new Intake(this.lifecycle, this.#room, options)
  }

  /** Who wants what: to look at, not to change. */
  get ledger (): Pick<WantLedger, 'size' | 'fullest' | 'byPeer' | 'byBlock'> {
    return this.#ledger
  }

  /** Requests that wait for another attempt at the store. */
  get resting (): Deadlines<Request> {
    return this.lifecycle.resting
  }

  /** Bytes on the way from the store for all peers, also for those that have left meanwhile. */
  get readingBytes (): number {
    return this.#ahead.reading
  }

  /** Bytes read ahead, or being read, for all peers. */
  get readAhead (): number {
    return this.#ahead.bytes
  }

  /** Requests of all peers. */
  get size (): number {
    return this.#ledger.size
  }

  open (peer: PeerId): Account {
    return this.#ledger.open(peer, this.#options.maxWantsPerPeer, this.#ahead.ready, this.refusals)
  }

  /** Ends the account; what still comes in for its requests is ignored. */
  close (account: Account): void {
    for (const request of account.requests.values()) {
      this.lifecycle.remove(request)
    }

    account.presences.forgetRefusals()
    this.#ledger.close(account)
    this.#ahead.forget(account)
  }

  account (peer: PeerId): Account | undefined {
    return this.#ledger.account(peer)
  }

  accounts (): Account[] {
    return this.#ledger.accounts()
  }

  received (account: Account, wantlist: Wantlist): Received {
    return this.#intake.received(account, wantlist)
  }

  /** Nobody is served any more: drops what the peer wants, and has it told so. */
  turnAway (account: Account): Received {
    return this.#room.turnAway(account)
  }

  /** What may be had has changed: all the peer is going to be sent is to be asked about again, but for what is on its way. */
  askAgain (account: Account): void {
    for (const request of account.requests.values()) {
      if (isToBeSent(request)) {
        this.lifecycle.ask(request)
      }
    }
  }

  /** Those who would be glad of this block: not known yet to be here, or known not to be. */
  waitingFor (multihash: string): readonly Request[] {
    const requests = this.#ledger.requestsFor(multihash)

    return requests.length === 0 ? requests : requests.filter(({ state }) => {
      return state === RequestState.Asking || state === RequestState.Resting || state === RequestState.Absent
    })
  }

  /** May one more block of that size be read for this peer? Where it is in the way, peers that take nothing give back what was read for them. */
  makeRoomToRead (account: Account, size: number, now: number): boolean {
    while (this.#ahead.isInTheWay(account, size)) {
      const stalled = this.#ahead.takeStalled(now)

      if (stalled == null) {
        break
      }

      this.outbox.giveBack(stalled)
    }

    return this.#ahead.has(account, size, now)
  }

  /** As {@link ReadAhead.mayKeep}. */
  mayKeep (account: Account, size: number): boolean {
    return this.#ahead.mayKeep(account, size)
  }

  /** Blocks for the next message to that peer. */
  takeBlocks (account: Account, targetSize: number, now: number): Packed {
    const packed = this.outbox.takeBlocks(account, targetSize)

    this.#ahead.taken(account, now)

    return packed
  }

  /** As {@link ReadAhead.began}. */
  readBegan (account: Account, size: number): void {
    this.#ahead.began(account, size)
  }

  readEnded (account: Account, size: number): void {
    this.#ahead.ended(account, size)
  }
}

/** Or told that we have it. Not once it is on its way. */
function isToBeSent ({ state }: Request): boolean {
  switch (state) {
    case RequestState.Asking:
    case RequestState.Resting:
    case RequestState.Have:
    case RequestState.Queued:
    case RequestState.Reading:
    case RequestState.Ready:
      return true
    default:
      return false
  }
}
