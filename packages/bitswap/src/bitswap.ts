/**
 * The switchboard: builds the parts, passes facts between them, and starts and
 * stops them. No policy. Client and server never speak to each other but
 * through here.
 *
 * Stopping, in this order: callers are rejected, the server lets go of its
 * reads, announcing is broken off, the streams are closed; receipts are saved
 * meanwhile, and what was announced is struck off.
 */
import type { AbortOptions, PeerId } from '@libp2p/interface'
import { TypedEventEmitter } from 'main-event'
import type { CID } from 'multiformats/cid'
import { Additions } from './additions.ts'
import type { ExchangeBooks } from './books.ts'
import type { Bitswap, GetOptions, ProvideOptions, Receipt, Session, SessionOptions, Stat, WantExplanation, WantlistEntry } from './api.ts'
import { Client } from './client/client.ts'
import type { WantBoard } from './client/want-board.ts'
import type { ExchangeComponents } from './components.ts'
import { InTurn } from './core/in-turn.ts'
import type { BitswapEvents } from './events.ts'
import { cidOfKey } from './message/cid-key.ts'
import { WantType } from './message/message.ts'
import type { Block, ReceivedMessage } from './message/message.ts'
import { Lane, Messenger } from './network/messenger.ts'
import type { MessengerReceiver, Outgoing } from './network/messenger.ts'
import { abilitiesOf } from './network/protocols.ts'
import type { BitswapProtocol } from './network/protocols.ts'
import type { BitswapOptions } from './options.ts'
import { blocksMessage, wantsMessage } from './outgoing.ts'
import { portOfClient, portOfServer } from './ports.ts'
import { LateProviding } from './providing/late-providing.ts'
import { ProvideKind } from './providing/provide-store.ts'
import type { ServerUpdate } from './server/options.ts'
import { Server } from './server/server.ts'
import { statOf } from './stat.ts'

export class Exchange extends TypedEventEmitter<BitswapEvents> implements Bitswap, MessengerReceiver {
  readonly #components: ExchangeComponents
  readonly #options: BitswapOptions
  readonly #messenger: Messenger
  readonly #client: Client
  readonly #server: Server
  readonly #providing: LateProviding
  readonly #additions: Additions
  #malformed = 0
  #started = false
  readonly #changes: InTurn = new InTurn()

  constructor (components: ExchangeComponents, options: BitswapOptions) {
    super()

    const { network, blockstore, routing, logger, getHasher, loadProviding, clock } = components
    const sender = { wake: (peer: PeerId, lane: Lane) => { this.#messenger.wake(peer, lane) } }

    this.#components = components
    this.#options = options
    this.#messenger = new Messenger({ network, clock, logger }, options.network)
    this.#server = new Server({ blockstore, clock, log: logger.forComponent('bitswap:server'), sender, network: portOfServer(network) }, options.server)
    this.#client = new Client({
      blockstore,
      clock,
      log: logger.forComponent('bitswap:client'),
      getHasher,
      routing,
      network: portOfClient(network, this.#messenger),
      sender,
      arrivals: {
        blockReceived: (cid, from, size, kind) => { this.#blockReceived(cid, from, size, kind) },
        blockStored: (cid, bytes) => { this.#blockStored(cid, bytes) }
      }
    }, options.client)
    this.#providing = new LateProviding({
      load: loadProviding,
      routing,
      clock,
      log: logger.forComponent('bitswap:providing'),
      cidOfKey,
      provided: (cid, kind) => { this.#dispatch('block:provided', { cid, root: kind === ProvideKind.Root }) }
    }, options.providing)
    this.#additions = new Additions(blockstore, (cid, bytes) => { this.#blockAdded(cid, bytes) })
  }

  // life

  /** Twice is a no-op; after `stop`, or when it failed, it starts again. */
  async start (): Promise<void> {
    await this.#changes.run(async () => {
      if (!this.#started) {
        this.#started = true
        this.#client.start()
        this.#server.start()
        this.#providing.start()
        await this.#messenger.start(this).catch((error: unknown) => {
          this.#halt()
          throw error
        })
      }
    })
  }

  async stop (): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#started) {
        this.#halt()
        await this.#messenger.stop()
        await this.#server.whenSaved()
        await this.#providing.whenStopped()
      }
    })
  }

  isOnline (): boolean {
    return this.#started
  }

  // fetching

  getBlock (cid: CID, options?: GetOptions): Promise<Uint8Array> {
    return this.#client.getBlock(undefined, cid, options)
  }

  getBlocks (cids: Iterable<CID> | AsyncIterable<CID>, options?: GetOptions): AsyncGenerator<Block> {
    return this.#client.getBlocks(undefined, cids, options)
  }

  newSession (options?: SessionOptions): Session {
    return this.#client.newSession(options)
  }

  cancelWants (cids: Iterable<CID>): void {
    this.#client.cancelWants(cids)
  }

  // what is here

  addBlock (block: Block, options?: AbortOptions): Promise<void> {
    return this.#additions.add(block, options)
  }

  addBlocks (blocks: Iterable<Block> | AsyncIterable<Block>, options?: AbortOptions): Promise<void> {
    return this.#additions.addAll(blocks, options)
  }

  notifyNewBlocks (cids: Iterable<CID>): void {
    this.#additions.notify(cids)
  }

  provide (cids: Iterable<CID> | AsyncIterable<CID>, options?: ProvideOptions): Promise<void> {
    return this.#providing.provide(cids, options)
  }

  // what is going on

  getWantlist (): WantlistEntry[] {
    return this.#client.wantlist()
  }

  getWantBlocks (): CID[] {
    return this.#client.wantlist().filter(entry => entry.wantType === WantType.Block).map(entry => entry.cid)
  }

  getWantHaves (): CID[] {
    return this.#client.wantlist().filter(entry => entry.wantType === WantType.Have).map(entry => entry.cid)
  }

  wantlistForPeer (peer: PeerId): WantlistEntry[] {
    return this.#server.wantlistForPeer(peer)
  }

  ledgerForPeer (peer: PeerId): Receipt | undefined {
    const ledger = this.#server.ledgerForPeer(peer)

    return ledger == null ? undefined : { ...ledger, peer }
  }

  sessionsForBlock (cid: CID): Session[] {
    return this.#client.sessions.for(cid)
  }

  explainWant (cid: CID): WantExplanation | undefined {
    return this.#client.explainWant(cid)
  }

  /** Where every want stands: for tests and tools to look at, not part of the public {@link Bitswap}. */
  get wantBoard (): WantBoard {
    return this.#client.board
  }

  /** All that is kept: for tests and tools to look at, not part of the public {@link Bitswap}. */
  get books (): ExchangeBooks {
    return { self: this.#components.network.self, options: { ...this.#options, server: this.#server.options }, client: this.#client.books, server: this.#server.books, peers: this.#messenger.books }
  }

  stat (): Stat {
    return statOf(this.#client, this.#server, this.#messenger.stats, { providing: this.#providing.stat(), malformed: this.#malformed })
  }

  updateServer (update: ServerUpdate): void {
    this.#server.update(update)
  }

  // what the messenger reports

  peerConnected (peer: PeerId, protocol: BitswapProtocol | undefined): void {
    this.#server.peerConnected(peer)
    this.#client.peerConnected(peer, abilitiesOf(protocol))
    this.#dispatch('peer:connected', peer)
  }

  peerDisconnected (peer: PeerId): void {
    this.#server.peerDisconnected(peer)
    this.#client.wantlists.peerDisconnected(peer)
    this.#dispatch('peer:disconnected', peer)
  }

  peerUnreachable (peer: PeerId, error: Error): void {
    this.#components.logger.forComponent('bitswap')('peer %p cannot be reached - %e', peer, error)
    this.#server.peerUnreachable(peer)
    this.#client.wantlists.peerUnreachable(peer)
  }

  messageReceived (peer: PeerId, message: ReceivedMessage): void | Promise<void> {
    this.#malformed += message.malformed

    const blocks = this.#client.received(peer, message)
    const wants = message.full || message.wants.length > 0 || message.cancels.length > 0 ? this.#server.received(peer, message) : undefined

    if (blocks != null || wants != null) {
      return Promise.all([blocks, wants]).then(() => undefined)
    }
  }

  hasOutgoing (peer: PeerId, lane: Lane): boolean {
    return lane === Lane.Wants
      ? this.#client.wantlists.hasChanges(peer) || this.#server.hasPresences(peer)
      : this.#server.hasBlocks(peer)
  }

  takeOutgoing (peer: PeerId, lane: Lane, protocol: BitswapProtocol): Outgoing | undefined | Promise<Outgoing | undefined> {
    if (lane === Lane.Wants) {
      return wantsMessage(this.#client.wantlists.take(peer, abilitiesOf(protocol)), this.#server.presencesFor(peer))
    }

    return blocksMessage(this.#server.envelopeFor(peer), () => this.#blockSent(peer))
  }

  /** Nobody watching: nothing to do for each block that was sent. */
  #blockSent (peer: PeerId): ((block: Block) => void) | undefined {
    return this.listenerCount('block:sent') === 0
      ? undefined
      : ({ cid, bytes }) => { this.#dispatch('block:sent', { cid, to: peer, size: bytes.length }) }
  }

  #blockReceived (cid: CID, from: PeerId, size: number, kind: 'wanted' | 'duplicate' | 'unwanted'): void {
    if (kind === 'wanted') {
      this.#server.blockReceivedFrom(from, size)
    }

    if (kind !== 'unwanted') {
      this.#dispatch('block:received', { cid, from, size, duplicate: kind === 'duplicate' })
    }
  }

  #blockAdded (cid: CID, bytes?: Uint8Array): void {
    this.#client.blockAdded(cid, bytes)
    this.#blockStored(cid, bytes)
  }

  #blockStored (cid: CID, bytes?: Uint8Array): void {
    this.#server.blocksArrived([bytes == null ? { cid } : { cid, bytes }])
    this.#providing.blockAdded(cid)
  }

  /** Nobody watching: nothing allocated. A listener that throws is reported by the host, and stops nothing. */
  #dispatch (type: keyof BitswapEvents, detail: unknown): void {
    if (this.listenerCount(type) > 0) {
      this.safeDispatchEvent(type, { detail })
    }
  }

  #halt (): void {
    this.#started = false
    this.#client.stop()
    this.#server.stop()
    this.#providing.stop()
  }
}
