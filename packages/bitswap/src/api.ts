/**
 * What users of the library see. All times are milliseconds, all sizes bytes.
 */
import type { AbortOptions, ComponentLogger, Libp2p, Metrics, PeerId, Startable, TypedEventTarget } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { ProgressOptions } from 'progress-events'
import type { BitswapEvents, BitswapProgressEvents } from './events.ts'
import type { Block, WantType } from './message/message.ts'
import type { HasherLoader } from './message/hashers.ts'
import type { MessengerStats } from './network/messenger-stats.ts'
import type { ProvideOptions } from './providing/providing.ts'
import type { ProvideStat } from './providing/provide-stat.ts'
import type { ServerUpdate } from './server/options.ts'
import type { ServerStat } from './server/server-stat.ts'
import type { WantExplanation } from './want-explanation.ts'

export type { Block, HasherLoader, WantType }
export type { ProvideOptions } from './providing/providing.ts'
export type { WantEvent, WantExplanation, WantPeer } from './want-explanation.ts'

/** Who to ask: a peer we know, or where it can be dialled. */
export type Provider = PeerId | Multiaddr | Multiaddr[]

/** Finds and announces providers; any subset. `libp2p.contentRouting` fits. */
export interface BitswapRouting {
  findProviders? (cid: CID, options?: AbortOptions): AsyncIterable<{ id: PeerId, multiaddrs: Multiaddr[] }>
  provide? (cid: CID, options?: AbortOptions): Promise<void>
}

export interface BitswapComponents {
  libp2p: Libp2p
  blockstore: Blockstore
  routing?: BitswapRouting
  /** @default libp2p.logger */
  logger?: ComponentLogger
  metrics?: Metrics
  /** Hash functions beyond sha2-256, sha2-512 and identity. */
  getHasher?: HasherLoader
}

export interface GetOptions extends AbortOptions, ProgressOptions<BitswapProgressEvents> {
  /** Asked first. Addresses are dialled; one that cannot be reached is passed over. */
  providers?: Provider[]

  /**
   * Ask nobody but `providers` (and, in a session, its peers): no broadcast, no
   * routing.
   *
   * @default false
   */
  onlyProviders?: boolean

  /**
   * Higher first; from -2^31 to 2^31-1.
   *
   * @default 1
   */
  priority?: number

  /**
   * Reject with {@link BlockUnavailableError} once everyone reachable said no.
   * Otherwise wait, and go on asking, until the signal aborts.
   *
   * @default false
   */
  failFast?: boolean

  /**
   * A larger block rejects with {@link BlockTooLargeError}.
   *
   * @default 2097152
   */
  maxSize?: number
}

export interface SessionOptions extends Omit<GetOptions, 'priority' | 'failFast' | 'maxSize' | 'onProgress'> {}

/** What a session has learnt of a peer. */
export interface SessionPeer {
  peer: PeerId
  /**
   * 1 is asked first for a block of which it is not known who has it, as long as
   * it has room: who lacked the last block asked of it comes after those who had
   * it, who is slower after the faster, and who is `stalled` last.
   */
  rank: number
  /** Blocks it delivered first. */
  blocks: number
  /** Bytes it delivered, first copies only. */
  bytes: number
  /** HAVEs and DONT_HAVEs it answered. */
  haves: number
  dontHaves: number
  /** From want to answer, moving average; undefined before the first answer. */
  latency: number | undefined
  /** Bytes per second, the most it sent of late; undefined before it is measured. */
  rate: number | undefined
  /** Bytes it may be asked for at once, by the mean size of its blocks. */
  window: number
  /** Blocks asked of it and not answered yet, for this session and others. */
  inFlight: number
  /** Their bytes, by the mean size of its blocks. */
  inFlightBytes: number
  /** It owes answers and has been silent for too long: it is asked nothing before it is heard again. */
  stalled: boolean
}

export interface BlockSource {
  /**
   * One block: from the local store, else from peers. Identity CIDs are
   * answered from the CID.
   *
   * @throws BlockUnavailableError with `failFast`, when nobody would send it
   * @throws BlockTooLargeError when it is larger than `maxSize`
   * @throws WantCancelledError when the want was cancelled by `cancelWants`
   * @throws NotStartedError when stopped before or meanwhile (a local block is still returned)
   * @throws TooManyWantsError over `client.maxWants`
   * @throws TooManySessionsError over `client.maxSessions`, when the call needs a session of its own
   */
  getBlock (cid: CID, options?: GetOptions): Promise<Uint8Array>

  /**
   * Many blocks, in order of arrival, each CID once. Takes at most 4096 CIDs
   * from `cids` ahead of the consumer. Leaving the loop cancels the rest. With
   * `failFast` yields what comes, then throws one error that names the missing.
   *
   * @throws as {@link getBlock}
   */
  getBlocks (cids: Iterable<CID> | AsyncIterable<CID>, options?: GetOptions): AsyncGenerator<Block>
}

/** Related wants, which share what is learnt of peers. */
export interface Session extends BlockSource {
  readonly id: number

  /** Adds a peer to ask, dialling it when it is not connected. Rejects when it cannot be reached. */
  addPeer (peer: Provider, options?: AbortOptions): Promise<void>

  /** Stops wanting these here; callers reject with `WantCancelledError`. Other sessions go on. */
  cancelWants (cids: Iterable<CID>): void

  /** Whom it asks, by `rank`. */
  peers (): SessionPeer[]

  /** Cancels the wants of this session; its callers reject with `SessionClosedError`. Twice is a no-op. */
  close (): void
}

export interface WantlistEntry {
  cid: CID
  priority: number
  wantType: WantType
  sendDontHave: boolean
}

/** The account with a peer. Only blocks we wanted count as received, only those whose bytes the connection took as sent. */
export interface Receipt {
  peer: PeerId
  /** Debt ratio: sent / (received + 1). */
  value: number
  /** Bytes of blocks. */
  sent: number
  received: number
  /** Times a block went either way. */
  exchanged: number
  /** How long ago the last of them was; undefined when there was none. */
  exchangedAgo: number | undefined
}

/** Same fields as Kubo's `bitswap stat`, and ours. */
export interface Stat {
  wantlist: CID[]
  peers: PeerId[]
  blocksReceived: number
  dataReceived: number
  /** Verified blocks that we had, or that had come already. */
  dupBlksReceived: number
  dupDataReceived: number
  messagesReceived: number
  messagesSent: number
  blocksSent: number
  dataSent: number
  sessions: number
  /** Connected peers that were not asked whether they have a block, as `client.maxBroadcastPeers` had been for it. */
  broadcastsSkipped: number
  /** Blocks nobody here wants, be it that they were given up or never asked for: dropped. */
  unwantedBlocksReceived: number
  /** Their bytes; like those of duplicates a part of `dataReceived`. */
  unwantedDataReceived: number
  /** How many of them were not even hashed: nothing was wanted and their sender was asked for nothing, or it had sent too many before. */
  unhashedBlocksReceived: number
  /** Entries and messages that could not be read. */
  malformedReceived: number
  /** Bytes of blocks that could not be verified; no part of `dataReceived`. */
  malformedDataReceived: number
  /** Times a peer had said more than it may (`network.maxEntries`), so that its next message had to wait. */
  timesHeld: number
  /** What went over the streams, and what failed. */
  network: MessengerStats
  /** What was done for peers that want something of us, and where it stands. */
  server: ServerStat
  /** What was announced to routing, and what waits to be. */
  providing: ProvideStat
  /**
   * How often a peer was disconnected because it went on sending blocks it was
   * not asked for, or what cannot be read or verified, or said too much, or
   * nothing on streams it opened.
   */
  peersCutOff: number
}

export interface Bitswap extends BlockSource, Startable, TypedEventTarget<BitswapEvents> {
  /** @throws TooManySessionsError over `client.maxSessions` */
  newSession (options?: SessionOptions): Session

  /**
   * Stores a block, hands it to whoever waits for it here or elsewhere, and
   * announces it. Trusts the caller that the bytes match the CID. A block we
   * have is a no-op.
   */
  addBlock (block: Block, options?: AbortOptions): Promise<void>
  addBlocks (blocks: Iterable<Block> | AsyncIterable<Block>, options?: AbortOptions): Promise<void>

  /** As `addBlock`, for blocks the caller has put into the store already. */
  notifyNewBlocks (cids: Iterable<CID>): void

  /**
   * Announces to routing that these are here, as soon as it is their turn; roots
   * go first. Resolves when they are queued and `providing.store` has them. What
   * does not fit into `providing.maxQueued` is dropped. Does nothing with the
   * strategy `'none'`, or without a routing that can `provide`. It may be millions:
   * others have a turn of the event loop after each 1024. An aborted signal ends it
   * at once, also while `cids` does not answer; those that came by then stay queued.
   *
   * @throws ProvidesNotKeptError when the store failed; they are queued nevertheless
   * @throws ProvidingNotLoadedError when what announces could not be loaded; none is queued, and the next call tries again
   * @throws NotStartedError on a stop before `cids` has ended
   */
  provide (cids: Iterable<CID> | AsyncIterable<CID>, options?: ProvideOptions): Promise<void>

  /** Stops wanting these, in all sessions; callers reject with `WantCancelledError`. */
  cancelWants (cids: Iterable<CID>): void

  /** All we want. */
  getWantlist (): WantlistEntry[]
  /** What we are asking peers to send. */
  getWantBlocks (): CID[]
  /** What we are asking peers whether they have it, and nobody to send. */
  getWantHaves (): CID[]

  /** What a peer wants of us. */
  wantlistForPeer (peer: PeerId): WantlistEntry[]
  /**
   * What was exchanged with a peer that is connected, or is one of the last
   * `server.maxReceiptsKept` that left after an exchange; undefined for others.
   */
  ledgerForPeer (peer: PeerId): Receipt | undefined
  sessionsForBlock (cid: CID): Session[]

  /** Why a block that is wanted is not here yet; undefined when it is not wanted. */
  explainWant (cid: CID): WantExplanation | undefined

  stat (): Stat

  /**
   * Changes options of the serving side, at once and for as long as this Bitswap
   * is there: all that are named, or none. `filter` is asked about what waits to
   * be sent as well; with `serve` off what is wanted of us is turned away, and has
   * to be asked for again when it is on. The others hold for what comes.
   *
   * @throws InvalidOptionError on a value an option cannot have
   * @throws FixedOptionError on an option that is fixed when a Bitswap is made
   */
  updateServer (update: ServerUpdate): void

  /** Started, and not stopped. */
  isOnline (): boolean
}
