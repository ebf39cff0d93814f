/**
 * What libp2p tells of connections and of what peers speak, made into what the
 * receiver of a {@link Network} is told: each peer once, best protocol known,
 * in the order it happened.
 *
 * Not for: streams; deciding who counts (`connected-peers.ts`).
 *
 * Limits: those of `connected-peers.ts` and `peer-watch.ts`.
 */
import { LimitedConnectionError, TimeoutError } from '@libp2p/interface'
import type { Connection, IdentifyResult, Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { ConnectedPeers, PeerChange, Standing } from './connected-peers.ts'
import type { Host } from './host.ts'
import type { NetworkReceiver } from './network.ts'
import type { NetworkOptions } from './options.ts'
import { PeerWatch } from './peer-watch.ts'
import type { BitswapProtocol } from './protocols.ts'
import type { RegisteredProtocols } from './registered-protocols.ts'

export interface PeerReportsComponents {
  host: Pick<Host, 'events' | 'getConnections' | 'getProtocols'>
  protocols: Pick<RegisteredProtocols, 'among'>
  clock: Clock
  log: Logger
}

export type PeerReportsOptions = Pick<NetworkOptions, 'identifyTimeout' | 'runOnLimitedConnections'>

export class PeerReports {
  readonly #components: PeerReportsComponents
  readonly #options: PeerReportsOptions
  readonly #peers: ConnectedPeers
  readonly #watch: PeerWatch
  /** Peers that have not said what they speak, each with the wait for that; undefined once it had its time. */
  readonly #unidentified: Map<string, Promise<void> | undefined> = new Map()
  #receiver: Pick<NetworkReceiver, 'peerConnected' | 'peerDisconnected'> | undefined

  constructor (components: PeerReportsComponents, options: PeerReportsOptions) {
    this.#components = components
    this.#options = options
    this.#peers = new ConnectedPeers(options)
    this.#watch = new PeerWatch({ peers: this.#peers, clock: components.clock }, options)
  }

  /** Who is reported. To look things up; it is changed from here only. */
  get peers (): Pick<ConnectedPeers, 'speaking' | 'protocols' | 'connections'> {
    return this.#peers
  }

  /** Resolves when peers that were connected before are reported too. */
  async start (receiver: Pick<NetworkReceiver, 'peerConnected' | 'peerDisconnected'>): Promise<void> {
    const { host } = this.#components

    this.#receiver = receiver
    host.events.addEventListener('connection:open', this.#onOpen)
    host.events.addEventListener('connection:close', this.#onClose)
    host.events.addEventListener('peer:identify', this.#onIdentify)

    for (const connection of host.getConnections()) {
      this.opened(connection)
    }

    // identify ran before we listened: the peer store has what it learnt. Where it is still under way, its event corrects this
    await Promise.all(this.#peers.unidentified().map(async peer => { await this.#recall(peer) }))
  }

  /** Forgets all; the receiver is not told of peers leaving. */
  stop (): void {
    const { events } = this.#components.host

    this.#receiver = undefined
    events.removeEventListener('connection:open', this.#onOpen)
    events.removeEventListener('connection:close', this.#onClose)
    events.removeEventListener('peer:identify', this.#onIdentify)
    this.#peers.clear()
    this.#unidentified.clear()
    this.#watch.changed()
  }

  /** A connection is there. Of one that is known already nothing is reported. */
  opened (connection: Connection): void {
    this.#report(connection.remotePeer, this.#peers.opened(connection))
  }

  /** A peer opened a stream: it speaks this, until its identify says what it speaks. */
  heard (connection: Connection, protocol: BitswapProtocol): void {
    this.opened(connection)
    this.#report(connection.remotePeer, this.#peers.presumed(connection.remotePeer, [protocol]))
  }

  /**
   * Resolves when a connected peer is known to speak Bitswap. When it has not
   * said so in time the peer store is asked, which may know it from before.
   *
   * @throws as {@link PeerWatch.speaks}
   * @throws TimeoutError (libp2p's) when it did not say what it speaks
   * @throws LimitedConnectionError (libp2p's) when no connection to it is to be used
   */
  async untilSpeaking (peer: PeerId, signal: AbortSignal): Promise<void> {
    if (await this.#watch.speaks(peer, signal)) {
      return
    }

    await this.#recall(peer)
    signal.throwIfAborted()

    if (this.#peers.standing(peer) === Standing.Speaking) {
      return
    }

    throw this.#peers.connections(peer).length > 0
      ? new TimeoutError(`${peer} did not say within ${this.#options.identifyTimeout} ms what it speaks`)
      : new LimitedConnectionError(`${peer} is connected through a relay with limits only`)
  }

  /** As of {@link Network.peersIdentified}. Each peer that may be used is waited for once, for `identifyTimeout` at the most. */
  identified (): Promise<void> | undefined {
    const reachable = this.#peers.unidentified().filter(peer => this.#peers.connections(peer).length > 0)
    const waits = reachable.map(peer => this.#whenIdentified(peer)).filter(wait => wait != null)

    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {})
  }

  #whenIdentified (peer: PeerId): Promise<void> | undefined {
    const key = peer.toString()

    if (!this.#unidentified.has(key)) {
      const known = this.#watch.speaks(peer, new AbortController().signal)

      this.#unidentified.set(key, known.then(
        speaks => {
          if (speaks) {
            this.#unidentified.delete(key)
          } else {
            this.#unidentified.set(key, undefined) // it had its time
          }
        },
        () => { this.#unidentified.delete(key) } // it speaks no Bitswap, or has left
      ))
    }

    return this.#unidentified.get(key)
  }

  /** Takes the peer store's word for what a peer speaks, if it has one and the peer itself has said nothing. */
  async #recall (peer: PeerId): Promise<void> {
    const { host, protocols, log } = this.#components

    try {
      const known = protocols.among(await host.getProtocols(peer))

      if (known.length > 0) {
        this.#report(peer, this.#peers.presumed(peer, known))
      }
    } catch (error) {
      log.error('could not look up what %p speaks - %e', peer, error)
    }
  }

  #report (peer: PeerId, change: PeerChange | undefined): void {
    if (change === PeerChange.Connected) {
      this.#receiver?.peerConnected(peer, this.#peers.protocols(peer)[0])
    } else if (change === PeerChange.Disconnected) {
      this.#receiver?.peerDisconnected(peer)
    }

    this.#watch.changed()
  }

  readonly #onOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
    this.opened(connection)
  }

  readonly #onClose = ({ detail: connection }: CustomEvent<Connection>): void => {
    const change = this.#peers.closed(connection)

    if (change === PeerChange.Disconnected) {
      this.#unidentified.delete(connection.remotePeer.toString())
    }

    this.#report(connection.remotePeer, change)
  }

  /** Also for what a peer pushes later. */
  readonly #onIdentify = ({ detail: { peerId, connection, protocols } }: CustomEvent<IdentifyResult>): void => {
    const ours = this.#components.protocols.among(protocols)

    // a push without protocols is about something else; and the peer may have come back, with other protocols, on another connection
    const certain = protocols.length > 0 && connection.status === 'open'

    this.opened(connection)
    this.#report(peerId, certain ? this.#peers.identified(peerId, ours) : this.#peers.presumed(peerId, ours))
  }
}
