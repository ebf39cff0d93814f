/**
 * The wanting side: callers, sessions and blocks on one hand, peers on the
 * other. A shell around the {@link WantPlanner}: it hands in facts with the
 * time, carries out what was decided, reads and writes the store, and owns the
 * one timer.
 *
 * Not for: streams (`network/`), what others want of us (`server/`).
 */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Block, GetOptions, Provider, SessionOptions, WantExplanation, WantlistEntry } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import { knownBlock } from '../core/known-block.ts'
import { LocalBlocks } from '../core/local-blocks.ts'
import { NotStartedError, SessionClosedError, TooManyWantsError, WantCancelledError } from '../errors.ts'
import { PresenceType, WantType } from '../message/message.ts'
import type { Presence, ReceivedMessage } from '../message/message.ts'
import { Arrivals } from './arrivals.ts'
import type { ArrivalStats } from './arrival-stats.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientComponents } from './components.ts'
import type { ClientBooks } from './client-books.ts'
import { explainWant } from './explain-want.ts'
import { FailFast } from './fail-fast.ts'
import { getBlock } from './get-block.ts'
import { getBlocks } from './get-blocks.ts'
import type { ClientOptions } from './options.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import { ProviderSearch } from './provider-search.ts'
import { isParticular, ownSession, resolveGetOptions } from './retrievals.ts'
import type { Retrieval, Retrievals } from './retrievals.ts'
import type { ClientSession, SessionClient } from './session.ts'
import type { SessionState } from './session-state.ts'
import { Sessions } from './sessions.ts'
import { UsefulPeers } from './useful-peers.ts'
import type { WantBoard } from './want-board.ts'
import { WantDriver } from './want-driver.ts'
import { WantPlanner } from './want-planner.ts'
import { WantState } from './want.ts'
import { Waiters } from './waiters.ts'
import type { Waiter } from './waiters.ts'
import { Wantlists } from './wantlists.ts'

export class Client implements Retrievals, SessionClient {
  readonly log: Logger
  readonly waiters: Waiters = new Waiters()
  readonly wantlists: Wantlists
  readonly #components: ClientComponents
  readonly #options: ClientOptions
  readonly #local: LocalBlocks
  readonly #planner: WantPlanner
  readonly #arrivals: Arrivals
  readonly #useful: UsefulPeers
  readonly #driver: WantDriver
  readonly #search: ProviderSearch | undefined
  readonly sessions: Sessions
  /** What is kept: to look at, not to change. */
  readonly books: ClientBooks
  #started = false

  constructor (components: ClientComponents, options: ClientOptions) {
    const { clock, log, network, routing, sender } = components
    const search = routing?.findProviders == null
      ? undefined
      : new ProviderSearch({ routing: { findProviders: routing.findProviders.bind(routing) }, network, clock, log }, options)
    const planner = new WantPlanner(options, { canSearch: search != null, network })
    const waiters = this.waiters
    const useful = new UsefulPeers({ clock, network })
    const driver = new WantDriver({ planner, waiters, failFast: new FailFast({ waiters, network, clock, peers: planner.peers }), search, clock, log, sender, heardAt: peer => network.heardAt(peer) })

    this.log = log
    this.#components = components
    this.#local = new LocalBlocks(components.blockstore, log)
    this.#options = options
    this.#planner = planner
    this.#driver = driver
    this.#search = search
    this.#useful = useful
    this.#arrivals = new Arrivals({ ...components, planner, waiters, useful, driver }, options)
    this.wantlists = new Wantlists({ planner, useful, driver, clock, sender })
    this.sessions = new Sessions({ clock, log, network, planner, waiters, useful, driver }, options)
    this.books = { board: planner.board, waiters, sessions: this.sessions, driver, search, stats: this.#arrivals.stats }
  }

  /** Where every want stands. To look at, not to change. */
  get board (): WantBoard {
    return this.#planner.board
  }

  get stats (): ArrivalStats {
    return this.#arrivals.stats
  }

  /** How often a peer was not asked whether it has a block, as `maxBroadcastPeers` had been. */
  get broadcastsSkipped (): number {
    return this.#planner.skipped
  }

  start (): void {
    this.#started = true
  }

  /** Callers that wait reject with `NotStartedError`; sessions are closed. Twice is a no-op. */
  stop (): void {
    this.#started = false

    for (const waiter of this.waiters.takeAll()) {
      waiter.failed(new NotStartedError('bitswap was stopped'))
    }

    this.sessions.closeAll()

    this.wantlists.clear()
    this.#useful.stop()
    this.#driver.stop()
  }

  // what comes

  peerConnected (peer: PeerId, abilities: PeerAbilities): void {
    if (this.#started) {
      this.#search?.peerConnected(peer)
      this.wantlists.peerConnected(peer, abilities)
    }
  }

  /** Presences and blocks of a message. A promise when the store is too far behind to take more. */
  received (peer: PeerId, message: Pick<ReceivedMessage, 'blocks' | 'presences'>): void | Promise<void> {
    const known = this.wantlists.peer(peer)

    if (known != null) {
      this.#presencesReceived(known, message.presences)
    }

    const pending = message.blocks.length === 0 ? undefined : this.#arrivals.received(peer, known, message.blocks)

    this.#driver.apply()

    return pending
  }

  /** A block is in the store that did not come from a peer. */
  blockAdded (cid: CID, bytes?: Uint8Array): void {
    this.#arrivals.added(cid, bytes)
  }

  // callers

  /** Without a session the call gets one of its own if it brings providers, else the shared one. */
  getBlock (session: SessionState | undefined, cid: CID, options?: GetOptions): Promise<Uint8Array> {
    return getBlock(this, cid, () => {
      const resolved = resolveGetOptions(options, this.log)
      const given = session ?? (isParticular(resolved) || !this.#started ? undefined : this.sessions.shared(this).state)

      resolved.signal?.throwIfAborted()

      return this.#begin(given, resolved)
    })
  }

  /** Without a session the call gets one of its own. */
  getBlocks (session: SessionState | undefined, cids: Iterable<CID> | AsyncIterable<CID>, options?: GetOptions): AsyncGenerator<Block> {
    return getBlocks(this, cids, () => this.#begin(session, resolveGetOptions(options, this.log)))
  }

  read (cid: CID, signal: AbortSignal | undefined): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return knownBlock(cid) ?? this.#local.read(cid, signal == null ? undefined : { signal })
  }

  newSession (options?: SessionOptions): ClientSession {
    return this.sessions.open(this, options)
  }

  closeSession (session: SessionState): void {
    this.sessions.close(session)
  }

  async addPeer (session: SessionState, peer: Provider, options?: AbortOptions): Promise<void> {
    await this.sessions.addPeer(session, peer, options)
  }

  /**
   * Asks peers for what a waiter in `waiters` waits for.
   *
   * @throws NotStartedError, SessionClosedError, TooManyWantsError
   */
  want (key: string, waiter: Waiter, priority: number): void {
    const { board } = this.#planner

    if (!this.#started) {
      throw new NotStartedError()
    }

    if (waiter.session.closed) {
      throw new SessionClosedError(waiter.session.id)
    }

    if (board.wants.size >= this.#options.maxWants && !board.wants.has(key)) {
      throw new TooManyWantsError(this.#options.maxWants)
    }

    const stated = {
      key,
      cid: waiter.cid,
      priority,
      closed: waiter.session.exclusive || waiter.onlyProviders,
      traced: waiter.onProgress != null
    }
    this.#driver.joined(this.#planner.wanted(waiter.session, stated, this.#components.clock.now()), waiter)
  }

  /** A waiter goes: what nobody else waits for is wanted no more. */
  leave (key: string, waiter: Waiter): void {
    const want = this.#planner.board.wants.get(key)

    this.waiters.delete(key, waiter)

    if (want != null) {
      this.#driver.dropUnwaited(want, waiter.session)
      this.#driver.apply()
    }
  }

  /** Rejects callers that wait for these; of one session, or of all. */
  cancelWants (cids: Iterable<CID>, session?: SessionState): void {
    for (const cid of cids) {
      const key = multihashKey(cid)

      for (const waiter of this.waiters.of(key)) {
        if (session == null || waiter.session === session) {
          this.leave(key, waiter)
          waiter.failed(new WantCancelledError(waiter.cid))
        }
      }
    }
  }

  // what is going on

  /** All that is wanted, with what is asked for it: the block of somebody, or only who has it. */
  wantlist (): WantlistEntry[] {
    return [...this.#planner.board.wants.values()].filter(want => want.state !== WantState.Arriving).map(want => ({
      cid: want.cid,
      priority: want.priority,
      wantType: want.askedOf.size > 0 ? WantType.Block : WantType.Have,
      sendDontHave: true
    }))
  }

  /** Where a want stands; undefined when it is not wanted. */
  explainWant (cid: CID): WantExplanation | undefined {
    return explainWant(this.#planner.board, multihashKey(cid), this.#components.clock.now())
  }

  /** A call, in a session that is given or in one of its own. */
  #begin (session: SessionState | undefined, options: Retrieval['options']): Retrieval {
    if (session != null) {
      this.sessions.addProviders(session, options.providers)

      return { session, options, ended: nothing }
    }

    const own = this.newSession(ownSession(options))

    return { session: own.state, options, ended: () => { own.close() } }
  }

  #presencesReceived (from: ClientPeer, presences: Presence[]): void {
    const now = this.#components.clock.now()

    for (const { cid, type } of presences) {
      if (type === PresenceType.Have) {
        this.#planner.haveReceived(from, multihashKey(cid), now)
      } else {
        this.#planner.dontHaveReceived(from, multihashKey(cid), now)
      }
    }
  }
}

/** One function for all calls. */
function nothing (): void {}
