/**
 * The {@link Network} port on libp2p: handlers for the protocol ids, peers as
 * identify tells of them, streams over connections that are open.
 *
 * Not for: messages, wants, whom to dial and when. Without libp2p's identify
 * service nobody is reported but peers that open streams to us themselves.
 *
 * Limits: per peer as in `connected-peers.ts`; open streams by libp2p's limits
 * (`maxInboundStreams` for each protocol and connection, both ways); waiting
 * calls by who makes them, each with a deadline. After `stop` the receiver is
 * told nothing any more, not of peers leaving either; readers of streams are.
 */
import { InvalidPeerIdError, UnsupportedProtocolError } from '@libp2p/interface'
import type { AbortOptions, ComponentLogger, Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { fairTimer } from '../core/fair-timer.ts'
import { InTurn } from '../core/in-turn.ts'
import { inTime } from '../core/timeout-signal.ts'
import { NotStartedError } from '../errors.ts'
import { NotConnectedError, StreamTimeoutError } from './errors.ts'
import type { Host } from './host.ts'
import { Libp2pStream } from './libp2p-stream.ts'
import type { Network, NetworkReceiver, NetworkStream, PeerTag, PeerTarget, TagName } from './network.ts'
import { OpenCalls } from './open-calls.ts'
import type { NetworkOptions } from './options.ts'
import { PeerTags } from './peer-tags.ts'
import { PeerReports } from './peer-reports.ts'
import { peerOf } from './peer-target.ts'
import { RegisteredProtocols } from './registered-protocols.ts'

export interface Libp2pNetworkComponents {
  host: Host
  clock: Clock
  logger: ComponentLogger
}

export class Libp2pNetwork implements Network {
  readonly self: PeerId
  readonly #host: Host
  readonly #clock: Clock
  readonly #log: Logger
  readonly #options: NetworkOptions
  readonly #protocols: RegisteredProtocols
  readonly #reports: PeerReports
  readonly #tags: PeerTags
  readonly #calls: OpenCalls = new OpenCalls()
  /** Open ones, both ways: `stop` aborts them. */
  readonly #streams: Set<Libp2pStream> = new Set()
  #receiver: NetworkReceiver | undefined
  /** Starts and stops. */
  readonly #changes: InTurn = new InTurn()

  constructor (components: Libp2pNetworkComponents, options: NetworkOptions) {
    const { host, clock, logger } = components

    this.self = host.peerId
    this.#host = host
    this.#clock = clock
    this.#log = logger.forComponent('bitswap:network')
    this.#options = options
    this.#protocols = new RegisteredProtocols(host, options.protocolPrefix)
    this.#tags = new PeerTags({ clock, host, log: this.#log })
    this.#reports = new PeerReports({ host, clock, log: this.#log, protocols: this.#protocols }, options)
  }

  /**
   * Libp2p may be stopped at this moment: its handlers and events outlive that.
   *
   * @throws DuplicateProtocolHandlerError (libp2p's) when this libp2p has a Bitswap already
   */
  async start (receiver: NetworkReceiver): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#receiver == null) {
        await this.#open(receiver)
      }
    })
  }

  async stop (): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#receiver != null) {
        await this.#close()
      }
    })
  }

  peers (): PeerId[] {
    return this.#reports.peers.speaking()
  }

  peersIdentified (): Promise<void> | undefined {
    return this.#reports.identified()
  }

  /**
   * Asks first for what the peer is known to speak, then for the rest: one that
   * it does not speak costs a round trip.
   *
   * @throws StreamTimeoutError when it took longer than `openStreamTimeout`
   * @throws NotStartedError when stopped before or meanwhile
   */
  async openStream (peer: PeerId, options: AbortOptions = {}): Promise<NetworkStream> {
    return await this.#calls.run(options, async call => {
      const timeout = this.#options.openStreamTimeout
      const cancel = fairTimer(this.#clock, timeout, () => { call.abort(new StreamTimeoutError('opening a stream to', peer, timeout)) })

      try {
        return await this.#openStream(peer, call.signal)
      } finally {
        cancel()
      }
    })
  }

  /**
   * Without a signal, dialling takes as long as libp2p lets it: it bounds each
   * address, and how many it tries. After that, `identifyTimeout` at the most.
   *
   * @throws UnsupportedProtocolError (libp2p's) when the peer speaks no Bitswap
   * @throws NotConnectedError when it left again
   * @throws InvalidPeerIdError (libp2p's) when it is ourselves
   * @throws TimeoutError (libp2p's) when it did not say what it speaks
   * @throws LimitedConnectionError (libp2p's) when a relay's is all we have, and is not to be used
   * @throws NotStartedError when stopped before or meanwhile
   */
  async connect (target: PeerTarget, options: AbortOptions = {}): Promise<PeerId> {
    return await this.#calls.run(options, async ({ signal }) => {
      const wanted = peerOf(target)

      if (wanted?.equals(this.self) === true) {
        throw new InvalidPeerIdError(`cannot dial ourselves, we are ${this.self}`)
      }

      const connected = wanted != null && this.#reports.peers.connections(wanted).length > 0
      const peer = connected ? wanted : await this.#dial(target, signal)

      await this.#reports.untilSpeaking(peer, signal)

      return peer
    })
  }

  /** Closes nothing politely: whoever is to be rid of would have to play along. */
  disconnect (peer: PeerId): void {
    for (const connection of this.#host.getConnections()) {
      if (connection.remotePeer.equals(peer)) {
        connection.abort(new NotConnectedError(peer))
      }
    }
  }

  /** As a tag in libp2p's peer store. */
  tag (peer: PeerId, name: TagName, tag: PeerTag | undefined): void {
    if (this.#receiver != null || tag == null) {
      this.#tags.set(peer, name, tag)
    }
  }

  async #open (receiver: NetworkReceiver): Promise<void> {
    this.#receiver = receiver
    this.#calls.open()

    try {
      // handlers before peers: whoever hears of a peer may make it open streams to us
      const registered = this.#protocols.register(this.#onStream, {
        maxInboundStreams: this.#options.maxInboundStreams,
        maxOutboundStreams: this.#options.maxInboundStreams,
        runOnLimitedConnection: this.#options.runOnLimitedConnections
      })

      await Promise.all([registered, this.#reports.start(receiver)])
    } catch (error) {
      await this.#close()
      throw error
    }
  }

  async #close (): Promise<void> {
    const stopped = new NotStartedError('bitswap was stopped')

    this.#receiver = undefined
    this.#calls.close(stopped)
    this.#reports.stop()

    for (const stream of [...this.#streams]) {
      stream.abort(stopped)
    }

    await this.#takeBack()
  }

  /** What libp2p's peer store was told of us. All else is gone by now: its datastore may be closed, or never answer. */
  async #takeBack (): Promise<void> {
    try {
      const [errors] = await inTime(this.#clock, this.#options.closeTimeout, async () => await Promise.all([this.#protocols.unregister(), this.#tags.clear()]))

      for (const error of errors) {
        this.#log.error('could not tell of a protocol taken back - %e', error)
      }
    } catch (error) {
      this.#log.error('stopped before the peer store had taken back what it was told - %e', error)
    }
  }

  async #dial (target: PeerTarget, signal: AbortSignal): Promise<PeerId> {
    const connection = await this.#host.dial(target, { signal })

    signal.throwIfAborted()
    this.#reports.opened(connection)

    return connection.remotePeer
  }

  async #openStream (peer: PeerId, signal: AbortSignal): Promise<NetworkStream> {
    const { peers } = this.#reports
    const ids = this.#protocols.offer(peers.protocols(peer))
    let cause: unknown

    for (const connection of peers.connections(peer)) {
      try {
        const stream = await connection.newStream(ids, { signal, runOnLimitedConnection: this.#options.runOnLimitedConnections })

        return this.#accept(stream, signal)
      } catch (error) {
        if (signal.aborted || !isClosing(connection, error)) {
          throw error
        }

        cause = error // the next one may be open
      }
    }

    throw new NotConnectedError(peer, { cause })
  }

  /** A stream of ours was agreed on: it is the caller's now, unless that one has given up. */
  #accept (stream: Stream, signal: AbortSignal): NetworkStream {
    try {
      signal.throwIfAborted()

      return this.#adopt(stream)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new NotStartedError())
      throw error
    }
  }

  #adopt (stream: Stream): Libp2pStream {
    const protocol = this.#protocols.protocolOf(stream.protocol)

    if (protocol == null) {
      throw new UnsupportedProtocolError(`${stream.protocol} is none of the protocols of bitswap`)
    }

    const adopted: Libp2pStream = new Libp2pStream(stream, protocol, { log: this.#log, released: () => { this.#streams.delete(adopted) } })
    this.#streams.add(adopted)

    return adopted
  }

  /** What it throws libp2p aborts the stream with. */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    // a stream that was being agreed on while we stopped
    if (this.#receiver == null) {
      throw new NotStartedError()
    }

    const adopted = this.#adopt(stream)

    this.#reports.heard(connection, adopted.protocol)
    this.#receiver.streamOpened(connection.remotePeer, adopted)
  }
}

/** Did opening a stream fail because its connection is about to be gone? */
function isClosing (connection: Connection, error: unknown): boolean {
  return connection.status !== 'open' || (error instanceof Error && (error.name === 'ConnectionClosedError' || error.name === 'MuxerClosedError'))
}
