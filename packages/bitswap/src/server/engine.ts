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
import { Intake } from './intake.ts'
import type { Wantlist } from './intake.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ServerOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import type { ByteTally } from './request-queue.ts'
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
  readonly #ledger: WantLedger = new WantLedger()
  readonly #room: Room
  readonly #intake: Intake
  readonly #options: EngineOptions
  /** Read and not taken into a message, over all peers; and on the way from the store. */
  readonly #ready: ByteTally = { bytes: 0 }
  #readingBytes = 0

  constructor (options: EngineOptions) {
    this.#options = options
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
    return this.#readingBytes
  }

  /** Bytes read ahead, or being read, for all peers. */
  get readAhead (): number {
    return this.#ready.bytes + this.#readingBytes
  }

  /** Requests of all peers. */
  get size (): number {
    return this.#ledger.size
  }

  open (peer: PeerId): Account {
    return this.#ledger.open(peer, this.#options.maxWantsPerPeer, this.#ready)
  }

  /** Ends the account; what still comes in for its requests is ignored. */
  close (account: Account): void {
    for (const request of account.requests.values()) {
      this.lifecycle.remove(request)
    }

    this.#ledger.close(account)
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
  waitingFor (multihash: string): Request[] {
    return this.#ledger.requestsFor(multihash).filter(({ state }) => {
      return state === RequestState.Asking || state === RequestState.Resting || state === RequestState.Absent
    })
  }

  /**
   * May one more block of that size be read for this peer? While nothing else is
   * read for it, always: or a block larger than the limits would never be sent,
   * and peers that do not read could keep the others from being served.
   */
  mayReadAhead (account: Account, size: number): boolean {
    const buffered = account.ready.bytes + account.readingBytes

    if (account.reads >= this.#options.maxReadsPerPeer) {
      return false
    }

    return buffered === 0 || (buffered + size <= this.#options.maxReadAheadPerPeer && this.readAhead + size <= this.#options.maxReadAhead)
  }

  /** A read of about so many bytes begins for this peer. To be followed by {@link readEnded} with the same. */
  readBegan (account: Account, size: number): void {
    account.reads++
    account.readingBytes += size
    this.#readingBytes += size
  }

  readEnded (account: Account, size: number): void {
    account.reads--
    account.readingBytes -= size
    this.#readingBytes -= size
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
