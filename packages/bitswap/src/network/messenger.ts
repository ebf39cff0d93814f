/**
 * Messages over the byte streams of a {@link Network}: one inbound reader per
 * stream a peer opens, and two outgoing lanes per peer, each with a stream of
 * its own that is opened at first use and kept. Messages are pulled: `wake`
 * says that something may be due, and when the lane has room it asks for the
 * message, at most once per turn of the event loop.
 *
 * Not for: what is in the messages, and to whom they go.
 *
 * Limits: those of `options.ts`; peers as many as are connected.
 */
import type { ComponentLogger, Logger, PeerId } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import { InTurn } from '../core/in-turn.ts'
import { NotStartedError } from '../errors.ts'
import type { ReceivedMessage } from '../message/message.ts'
import { Conduct } from './conduct.ts'
import { Downlink } from './downlink.ts'
import { NotConnectedError } from './errors.ts'
import { InboundTotal } from './inbound-total.ts'
import type { Lane, MessengerReceiver } from './messenger-receiver.ts'
import { createStats } from './messenger-stats.ts'
import type { MessengerStats } from './messenger-stats.ts'
import type { Network, NetworkReceiver, NetworkStream } from './network.ts'
import type { NetworkOptions } from './options.ts'
import { PeerStreams } from './peer-streams.ts'
import type { PeerStreamsOwner } from './peer-streams.ts'
import type { BitswapProtocol } from './protocols.ts'

export { Lane } from './messenger-receiver.ts'
export type { MessengerReceiver, Outgoing } from './messenger-receiver.ts'
export type { MessengerStats } from './messenger-stats.ts'

export interface MessengerComponents {
  network: Network
  clock: Clock
  logger: ComponentLogger
}

/** What is known of one peer. */
export interface MessengerPeer {
  streams: PeerStreams
  /** The receiver was told of it. */
  reported: boolean
  /** The network says it is connected; otherwise we know it by its streams alone. */
  confirmed: boolean
  /** Stops it from being forgotten. */
  cancelForgetting: Cancel | undefined
}

export class Messenger implements NetworkReceiver, PeerStreamsOwner {
  readonly #components: MessengerComponents
  readonly #log: Logger
  readonly #options: NetworkOptions
  readonly #peers: Map<string, MessengerPeer> = new Map()
  readonly #stats: MessengerStats = createStats()
  readonly #downlink: Downlink = new Downlink()
  readonly #conduct: Conduct
  readonly #buffers: InboundTotal
  #receiver: MessengerReceiver | undefined
  /** Starts and stops. */
  readonly #changes: InTurn = new InTurn()

  constructor (components: MessengerComponents, options: NetworkOptions) {
    this.#components = components
    this.#log = components.logger.forComponent('bitswap:network')
    this.#options = options
    this.#buffers = new InboundTotal(options.totalBufferSize)
    this.#conduct = new Conduct({ network: components.network, clock: components.clock, log: this.#log, stats: this.#stats }, options)
  }

  /** Those who are known, reported or not: to look at, not to change. */
  get books (): ReadonlyMap<string, Readonly<MessengerPeer>> {
    return this.#peers
  }

  /** A copy of the counters as they are now. */
  get stats (): MessengerStats {
    return { ...this.#stats }
  }

  /**
   * From now on messages come and go. Peers connected already are reported
   * before it resolves. Starting twice is a no-op.
   */
  async start (receiver: MessengerReceiver): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#receiver == null) {
        this.#receiver = receiver

        try {
          await this.#components.network.start(this)
        } catch (error) {
          await this.#close()
          throw error
        }
      }
    })
  }

  /**
   * Ends all streams, ours after what was written has left, for which it waits
   * `closeTimeout` at the most. The receiver is told nothing any more, not of
   * peers leaving either; but every message it gave out is `sent` or `lost`.
   * Stopping twice is a no-op; it can be started again.
   */
  async stop (): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#receiver != null) {
        await this.#close()
      }
    })
  }

  /** Something may be due to this peer on this lane. Of no effect while the peer is not connected. */
  wake (peer: PeerId, lane: Lane): void {
    this.#peers.get(peer.toString())?.streams.wake(lane)
  }

  /** Those the receiver was told of. */
  peers (): PeerId[] {
    return [...this.#peers.values()].filter(({ reported }) => reported).map(({ streams }) => streams.peer)
  }

  /** What a peer speaks, as far as is known. */
  protocolOf (peer: PeerId): BitswapProtocol | undefined {
    return this.#peers.get(peer.toString())?.streams.protocol
  }

  /**
   * When this peer was last seen to send a message that is not complete yet, on
   * the clock; now, while one that is waits to be dealt with, but for long;
   * -Infinity when neither has been since it connected.
   */
  heardAt (peer: PeerId): number {
    return this.#peers.get(peer.toString())?.streams.heardAt ?? -Infinity
  }

  /** How many bytes have come from this peer since it connected, but for messages without a block. */
  bytesFrom (peer: PeerId): number {
    return this.#peers.get(peer.toString())?.streams.heardBytes ?? 0
  }

  /** Has what comes fallen no lower without a peer that had sent so many bytes per millisecond? */
  isFullWithout (rate: number): boolean {
    return this.#downlink.isFullWithout(rate, this.#components.clock.now())
  }

  peerConnected (peer: PeerId, protocol: BitswapProtocol | undefined): void {
    const known = this.#peer(peer)

    if (known != null) {
      known.confirmed = true
      known.cancelForgetting?.()
      known.cancelForgetting = undefined
      known.streams.announced(protocol)
      this.#report(known)
    }
  }

  peerDisconnected (peer: PeerId): void {
    this.#forget(peer)
  }

  streamOpened (peer: PeerId, stream: NetworkStream): void {
    const known = this.#peer(peer)

    if (known == null) {
      stream.abort(new NotStartedError())
    } else {
      known.cancelForgetting?.()
      known.cancelForgetting = undefined
      known.streams.accept(stream)
    }
  }

  messageReceived (streams: PeerStreams, message: ReceivedMessage, protocol: BitswapProtocol): void | Promise<void> {
    const known = this.#peers.get(streams.peer.toString())

    if (this.#receiver == null || known == null) {
      return
    }

    this.#report(known)

    try {
      return this.#receiver.messageReceived(streams.peer, message, protocol)
    } catch (error) {
      this.#log.error('could not deal with a message of %p - %e', streams.peer, error)
    }
  }

  /**
   * A peer that we know by its streams alone, and that has none any more: the
   * network may still report it, or it opens the next one, or it has gone.
   */
  streamsGone (streams: PeerStreams): void {
    const known = this.#peers.get(streams.peer.toString())

    if (known?.streams === streams && !known.confirmed) {
      known.cancelForgetting?.()
      known.cancelForgetting = this.#components.clock.timer(this.#options.identifyTimeout, () => { this.#forget(streams.peer) })
    }
  }

  /** The peer, made if it is new; undefined when we are not started. */
  #peer (peer: PeerId): MessengerPeer | undefined {
    const key = peer.toString()
    let known = this.#peers.get(key)

    if (known == null && this.#receiver != null) {
      const { network, clock } = this.#components
      const streams = new PeerStreams(peer, {
        network,
        clock,
        log: this.#log,
        stats: this.#stats,
        downlink: this.#downlink,
        conduct: this.#conduct,
        buffers: this.#buffers,
        receiver: this.#receiver,
        owner: this
      }, this.#options)
      known = { streams, reported: false, confirmed: false, cancelForgetting: undefined }
      this.#peers.set(key, known)
    }

    return known
  }

  #report (known: MessengerPeer): void {
    if (!known.reported) {
      known.reported = true
      this.#receiver?.peerConnected(known.streams.peer, known.streams.protocol)
    }
  }

  #forget (peer: PeerId): void {
    const key = peer.toString()
    const known = this.#peers.get(key)

    if (known != null) {
      this.#peers.delete(key)
      known.cancelForgetting?.()
      known.streams.abort(new NotConnectedError(peer))

      if (known.reported) {
        this.#receiver?.peerDisconnected(peer)
      }
    }
  }

  async #close (): Promise<void> {
    const error = new NotStartedError('bitswap was stopped')
    const peers = [...this.#peers.values()]
    this.#receiver = undefined
    this.#peers.clear()

    for (const known of peers) {
      known.cancelForgetting?.()
    }

    await Promise.all(peers.map(async ({ streams }) => { await streams.close(error) }))
    await this.#components.network.stop()
  }
}
