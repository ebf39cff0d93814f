/**
 * The serving side: takes the wantlists of peers, and has ready what each is to
 * be sent when its streams have room. The shell around the {@link Engine}: it
 * owns the store, the clock, the log and the counters, and decides nothing.
 *
 * Not for: streams and messages (it is asked for what is due), and storing (a
 * block is in the store before {@link Server.blocksArrived}).
 *
 * Limits: all that is kept for a peer is bounded by the options, and dropped
 * when it leaves, but for its score.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { WantEntry } from '../message/message.ts'
import type { Account } from './account.ts'
import type { ArrivedBlock } from './arrivals.ts'
import type { Envelope } from './block-lane.ts'
import type { ServedBlockstore } from './block-reader.ts'
import { changeServerOptions } from './change-options.ts'
import type { Wantlist } from './intake.ts'
import type { ServerOptions, ServerUpdate } from './options.ts'
import type { PresenceDelivery } from './presence-lane.ts'
import type { Score } from './receipts.ts'
import { cidOfRequest } from './request.ts'
import type { Received } from './room.ts'
import { ScoreLedger } from './score-ledger.ts'
import type { ScoreLedgerComponents } from './score-ledger.ts'
import { createServerRun } from './server-run.ts'
import type { ServerBooks, ServerRun } from './server-run.ts'
import { serverStatOf } from './server-stat.ts'
import type { ServerStat } from './server-stat.ts'
import { createServerStats } from './stats.ts'
import type { ServerStats } from './stats.ts'

export interface ServerComponents extends ScoreLedgerComponents {
  blockstore: ServedBlockstore
  log: Logger
  sender: {
    /**
     * Something may be due for that peer: presences (`wants`), or blocks. Called
     * often, so it must be cheap, and must not ask for it before it returns.
     */
    wake (peer: PeerId, lane: 'wants' | 'blocks'): void
  }
}

export class Server {
  readonly stats: ServerStats = createServerStats()
  readonly #components: ServerComponents
  /** Those in force: the parts read them when they need them. */
  readonly options: ServerOptions
  readonly #scores: ScoreLedger
  #run: ServerRun | undefined

  constructor (components: ServerComponents, options: ServerOptions) {
    this.#components = components
    this.options = { ...options }
    this.#scores = new ScoreLedger(components, this.options)
  }

  /** Serves from now on. Twice is a no-op. */
  start (): void {
    if (this.#run == null) {
      this.#run = createServerRun({ ...this.#components, stats: this.stats, scores: this.#scores, settled: account => { this.#settled(account) } }, this.options)
      this.#scores.start()
    }
  }

  /** Drops all peers and what was being read for them, and begins to save receipts. Twice is a no-op. */
  stop (): void {
    const run = this.#run

    if (run == null) {
      return
    }

    for (const { peer } of run.engine.accounts()) {
      this.peerDisconnected(peer)
    }

    this.#run = undefined
    run.queries.stop()
    run.lane.stop()
    run.reader.stop(new Error('the server was stopped'))
    this.#scores.stop()
  }

  /** Resolves when what began to be saved was, or could not be; undefined when there is no store for it. Never rejects. */
  whenSaved (): Promise<void> | undefined {
    return this.#scores.whenSaved()
  }

  /** @throws as {@link changeServerOptions}; nothing is changed then */
  update (update: ServerUpdate): void {
    Object.assign(this.options, changeServerOptions(this.options, update))
    this.#run?.lane.optionsChanged()

    for (const account of this.#run?.engine.accounts() ?? []) {
      this.#updated(account, update)
    }
  }

  peerConnected (peer: PeerId): void {
    if (this.#run != null) {
      this.#run.engine.open(peer)
      this.#scores.connected(peer)
    }
  }

  peerDisconnected (peer: PeerId): void {
    const account = this.#account(peer)

    if (this.#run != null && account != null) {
      this.#run.engine.close(account)
      this.#run.queries.close(account)
      this.#run.lane.close(account)
      this.#scores.disconnected(peer)
    }
  }

  /** It takes nothing for now: blocks that were read for it make room for those of others. */
  peerUnreachable (peer: PeerId): void {
    const account = this.#account(peer)

    if (this.#run != null && account != null) {
      this.#run.lane.giveBack(account)
    }
  }

  /**
   * What the peer says it wants. Ignored for peers that are not connected.
   *
   * Returns a promise while the filter or the store are being asked: the next
   * message of that peer should wait for it. It never rejects, and does not wait
   * for a store that failed to recover.
   */
  received (peer: PeerId, wantlist: Wantlist): Promise<void> | undefined {
    const account = this.#account(peer)

    if (this.#run == null || account == null) {
      this.stats.late++

      return undefined
    }

    account.heardAt = Math.trunc(this.#components.clock.now())
    this.#count(account, this.#run.engine.received(account, wantlist))
    this.#run.queries.ask(account)

    return this.#run.queries.whenAsked(account)
  }

  /**
   * These are in the store now: whoever waits for them is served. One that comes
   * with its bytes is sent without being read from the store.
   */
  blocksArrived (blocks: readonly ArrivedBlock[]): void {
    if (this.#run == null) {
      return
    }

    for (const account of this.#run.arrivals.arrived(blocks)) {
      this.#run.queries.ask(account)
    }
  }

  /** A block that was wanted here came from that peer. */
  blockReceivedFrom (peer: PeerId, bytes: number): void {
    this.#scores.received(peer.toString(), bytes)
  }

  /** Cheap: would {@link presencesFor} have something? */
  hasPresences (peer: PeerId): boolean {
    return (this.#account(peer)?.presences.size ?? 0) > 0
  }

  /** Cheap: would {@link envelopeFor} have something, or wait for something that is being read? */
  hasBlocks (peer: PeerId): boolean {
    return this.#account(peer)?.hasBlocks === true
  }

  /** What the peer is to be told now. */
  presencesFor (peer: PeerId): PresenceDelivery | undefined {
    const account = this.#account(peer)

    return account == null ? undefined : this.#run?.presences.take(account)
  }

  /** The next message of blocks for that peer; to be asked for when its stream has room. */
  envelopeFor (peer: PeerId): Envelope | undefined | Promise<Envelope | undefined> {
    const account = this.#account(peer)

    if (this.#run == null || account == null) {
      return undefined
    }

    const envelope = this.#run.lane.take(account)
    this.#wakeForPresences(account) // a block that was to be read may be gone

    return envelope
  }

  wantlistForPeer (peer: PeerId): WantEntry[] {
    const requests = this.#account(peer)?.requests.values() ?? []

    return [...requests].map(request => {
      const { priority, wantType, sendDontHave } = request

      return { cid: cidOfRequest(request), priority, wantType, sendDontHave }
    })
  }

  /** Bytes exchanged with a peer that is connected, or was not long ago. */
  ledgerForPeer (peer: PeerId): Score | undefined {
    return this.#scores.get(peer.toString())
  }

  stat (): ServerStat {
    return serverStatOf(this.stats, this.#run)
  }

  /** What is kept: to look at, not to change. */
  get books (): ServerBooks {
    return { stats: this.stats, scores: this.#scores, run: this.#run }
  }

  /** Connected peers that have wanted something of us, by their id. */
  peers (): PeerId[] {
    const partners = this.#run?.engine.accounts().filter(({ isPartner }) => isPartner) ?? []

    return partners.sort((a, b) => a.id < b.id ? -1 : 1).map(({ peer }) => peer)
  }

  #updated (account: Account, { filter }: ServerUpdate): void {
    if (this.#run == null) {
      return
    }

    if (this.options.serve !== true) {
      this.#count(account, this.#run.engine.turnAway(account))
    } else if (filter != null) {
      this.#run.engine.askAgain(account)
    }

    this.#run.queries.ask(account)
  }

  #account (peer: PeerId): Account | undefined {
    return this.#run?.engine.account(peer)
  }

  /** Sees to a peer for which something may have changed. */
  #settled (account: Account): void {
    if (!account.open || this.#run == null) {
      return
    }

    this.#run.queries.readAhead(account)
    this.#run.lane.advance(account)
    this.#wakeForPresences(account)

    if (account.hasBlocks) {
      this.#components.sender.wake(account.peer, 'blocks')
    }
  }

  #wakeForPresences (account: Account): void {
    if (account.presences.size > 0) {
      this.#components.sender.wake(account.peer, 'wants')
    }
  }

  #count (account: Account, { evicted, refused, unanswered, unserved, ignored, displaced }: Received): void {
    this.stats.evicted += evicted
    this.stats.refused += refused
    this.stats.unanswered += unanswered
    this.stats.unserved += unserved
    this.stats.ignored += ignored

    if (evicted + refused + ignored > 0) {
      this.#components.log('wantlist of %p: %d wants evicted, %d refused (%d of both not told), %d entries ignored', account.peer, evicted, refused, unanswered, ignored)
    }

    for (const [other, count] of displaced ?? []) {
      this.stats.displaced += count
      this.#components.log('%d wants of %p made room for those of %p', count, other.peer, account.peer)
      this.#settled(other)
    }
  }
}
