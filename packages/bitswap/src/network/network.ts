/**
 * The port to the outside: peers and byte streams, nothing of Bitswap. Two
 * implementations exist, libp2p (`libp2p-network.ts`) and the virtual network
 * (`testing/virtual-network.ts`); all that is above it runs the same on both.
 *
 * Not for: messages (`messenger.ts`), wants, dialling policy.
 */
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { BitswapProtocol } from './protocols.ts'

/** A peer we know, or where to dial one. */
export type PeerTarget = PeerId | Multiaddr | Multiaddr[]

/** What a peer is worth to us, for whoever chooses which connections to close when there are too many. */
export interface PeerTag {
  /** From 0 to 100, whole; higher is kept longer. */
  readonly value: number
  /** For how many milliseconds, whole. */
  readonly ttl: number
}

/** Whose word it is: each has a tag of its own, libp2p adds them up. */
export const TagName = {
  /** Of peers that are asked for blocks, and send them. */
  Source: 'bitswap',
  /** Of peers that blocks are exchanged with. */
  Partner: 'bitswap-partner'
} as const
export type TagName = typeof TagName[keyof typeof TagName]

export interface Network {
  /** Who we are. */
  readonly self: PeerId

  /**
   * Accepts streams and reports peers from now on. Peers connected already are
   * reported before it resolves. Starting twice is a no-op.
   */
  start (receiver: NetworkReceiver): Promise<void>

  /** Takes back all `start` did: no handler, listener or open stream of ours is left. */
  stop (): Promise<void>

  /** Peers that are connected now and speak Bitswap. */
  peers (): PeerId[]

  /**
   * Resolves when all that are connected now have said what they speak, or have
   * left, or had their time for it; undefined when nobody is waited for. Never
   * rejects.
   */
  peersIdentified (): Promise<void> | undefined

  /**
   * Opens a stream to a connected peer; never dials.
   *
   * @throws NotConnectedError when no usable connection is open
   * @throws UnsupportedProtocolError (libp2p's) when the peer speaks no Bitswap
   */
  openStream (peer: PeerId, options?: AbortOptions): Promise<NetworkStream>

  /** Connects unless connected; resolves to who answered, once it is known whether they speak Bitswap. */
  connect (target: PeerTarget, options?: AbortOptions): Promise<PeerId>

  /**
   * Ends all connections to a peer at once, and drops what is unsent;
   * `peerDisconnected` follows. Of one that is not connected a no-op. It may come
   * back.
   */
  disconnect (peer: PeerId): void

  /**
   * Tags a peer, in place of the tag of that name; undefined takes that back,
   * and `stop` takes back all. It is done a little later, the last word counts;
   * what fails is logged.
   */
  tag (peer: PeerId, name: TagName, tag: PeerTag | undefined): void
}

/** What happens outside. Called in the order it happened; must not throw. */
export interface NetworkReceiver {
  /**
   * A peer that speaks Bitswap has its first connection to us. Once per peer
   * until `peerDisconnected`, however many connections it opens.
   *
   * @param protocol - the best one it says it speaks, undefined when not known yet
   */
  peerConnected (peer: PeerId, protocol: BitswapProtocol | undefined): void

  /** The last connection is gone, maybe of one that was never reported; or the peer speaks no Bitswap any more. */
  peerDisconnected (peer: PeerId): void

  /** A peer opened a stream to us. `stream.read` must be called before this returns. */
  streamOpened (peer: PeerId, stream: NetworkStream): void
}

export interface NetworkStream {
  /** Which one was agreed on. */
  readonly protocol: BitswapProtocol

  /** Bytes handed to `send` that the transport has not taken yet. */
  readonly unsent: number

  /**
   * Hands over bytes, which must not change afterwards. False when there is no
   * room for more until `drained`: the bytes were taken all the same.
   *
   * @throws StreamClosedError when our side is closed, or the stream is gone
   */
  send (bytes: Uint8Array | Uint8ArrayList): boolean

  /**
   * Resolves at once when there is room, else when there is again. Rejects when
   * the stream ends first, or with `signal.reason`.
   */
  drained (options?: AbortOptions): Promise<void>

  /** Sets who is handed what arrives. To be called once, in the turn the stream was received or opened in. */
  read (reader: StreamReader): void

  /** Asks for no more data until `resume`; what is on its way may still come. */
  pause (): void
  resume (): void

  /** Ends our side once all is sent; the other may go on. Twice is a no-op. */
  close (options?: AbortOptions): Promise<void>

  /** Ends both sides at once, and drops what is unsent. Twice is a no-op. */
  abort (error: Error): void
}

export interface StreamReader {
  data (bytes: Uint8Array | Uint8ArrayList): void

  /** The other side sends no more. `closed` follows when we have closed ours too. */
  ended (): void

  /** The stream is gone; with an error when it was reset or aborted. Called once, last. */
  closed (error?: Error): void
}
