/**
 * All streams to and from one peer: those it opened, as readers; and one of
 * ours for each lane, as senders, made when there is first something to send.
 *
 * Not for: whether the peer is connected (`messenger.ts`).
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import type { ReceivedMessage } from '../message/message.ts'
import type { Conduct } from './conduct.ts'
import type { Downlink } from './downlink.ts'
import { StreamClosedError } from './errors.ts'
import { Inbound } from './inbound.ts'
import { InboundBudget } from './inbound-budget.ts'
import type { InboundTotal } from './inbound-total.ts'
import type { Lane, MessengerReceiver } from './messenger-receiver.ts'
import type { MessengerStats } from './messenger-stats.ts'
import type { Network, NetworkStream } from './network.ts'
import type { NetworkOptions } from './options.ts'
import type { PeerConduct } from './peer-conduct.ts'
import { PeerSender } from './peer-sender.ts'
import type { Activity } from './peer-sender.ts'
import type { BitswapProtocol } from './protocols.ts'

/** Bytes of a message that show it is on its way: who sends one after the other to keep us waiting makes none. */
const PROGRESS = 256

/** While we are at what a peer said it counts as still being said, but for so many milliseconds: a store may take for ever. */
const OUR_TIME = 5000

export interface PeerStreamsComponents {
  network: Network
  clock: Clock
  log: Logger
  stats: MessengerStats
  downlink: Downlink
  conduct: Conduct
  buffers: InboundTotal
  receiver: MessengerReceiver
  owner: PeerStreamsOwner
}

interface StreamEnd {
  ended (): void
  closed (error: Error | undefined, hasSpoken: boolean): void
}

export interface PeerStreamsOwner {
  messageReceived (streams: PeerStreams, message: ReceivedMessage, protocol: BitswapProtocol): void | Promise<void>

  /** No stream of the peer is left, neither its nor ours. */
  streamsGone (streams: PeerStreams): void
}

export class PeerStreams {
  readonly peer: PeerId
  readonly #components: PeerStreamsComponents
  readonly #options: NetworkOptions
  readonly #budget: InboundBudget
  readonly #conduct: PeerConduct
  readonly #senders: Map<Lane, PeerSender> = new Map()
  /** Of all open streams, ours too: some peers answer on the stream they were asked on. */
  readonly #readers: Map<NetworkStream, Inbound> = new Map()
  /** Of streams that are gone: until what came on them is dealt with. */
  readonly #rests: Set<Promise<void>> = new Set()
  #protocol: BitswapProtocol | undefined
  #progressAt = -Infinity
  /** When we began to deal with what it said last. */
  #dealtAt = -Infinity
  /** Bytes of messages not complete, since `#progressAt`. */
  #progress = 0
  #heardBytes = 0
  #closed = false

  constructor (peer: PeerId, components: PeerStreamsComponents, options: NetworkOptions) {
    this.peer = peer
    this.#components = components
    this.#options = options
    this.#budget = new InboundBudget(options.peerBufferSize, components.buffers)
    this.#conduct = components.conduct.of(peer)
  }

  /** What the peer speaks, by the last stream that was opened, or else by what it says. */
  get protocol (): BitswapProtocol | undefined {
    return this.#protocol
  }

  /** What the peer says it speaks: less than what was agreed on. */
  announced (protocol: BitswapProtocol | undefined): void {
    this.#protocol ??= protocol
  }

  /** When it was last seen to be in the middle of saying something: now, if what it said waits, unless for its own fault, or for too long. */
  get heardAt (): number {
    const isDealtWith = this.isReading && !this.#conduct.isHeld

    return isDealtWith ? Math.max(this.#progressAt, Math.min(this.#components.clock.now(), this.#dealtAt + OUR_TIME)) : this.#progressAt
  }

  /** How many bytes came in messages that bring blocks, or may yet. */
  get heardBytes (): number {
    return this.#heardBytes
  }

  /** Streams that are open, the peer's and ours. */
  get size (): number {
    return this.#readers.size
  }

  /** Is a message of the peer held back, or being dealt with? */
  get isReading (): boolean {
    return [...this.#readers.values()].some(({ isBusy }) => isBusy)
  }

  /** What the sender of a lane is at. */
  activity (lane: Lane): Activity {
    return this.#senders.get(lane)?.activity ?? 'idle'
  }

  wake (lane: Lane): void {
    if (!this.#closed) {
      this.#sender(lane).wake()
    }
  }

  /** The peer gave a sign of life. */
  heard (): void {
    for (const sender of this.#senders.values()) {
      sender.heard()
    }
  }

  /** Reads a stream that the peer opened, unless it has too many; our half is closed when theirs has ended. */
  accept (stream: NetworkStream): void {
    if (this.#readers.size >= this.#options.maxInboundStreams) {
      this.#conduct.streamRefused(this.#readers.size)
      stream.abort(new StreamClosedError('too many streams are open'))

      return
    }

    this.#components.stats.streamsAccepted++
    this.#read(stream, {
      ended: () => { detach(stream.close(), this.#components.log, 'closing an inbound stream') },
      closed: (_, hasSpoken) => { this.#conduct.streamEnded(hasSpoken) }
    })
    this.heard()
  }

  /**
   * Ends our streams after what was written has left. Nothing is handed over any
   * more; the peer's streams are left to the network.
   */
  async close (error: Error): Promise<void> {
    this.#closed = true
    this.#stopReading()
    await Promise.all([...this.#senders.values()].map(async sender => { await sender.close(error) }))
  }

  /** The peer is gone. */
  abort (error: Error): void {
    this.#closed = true
    const streams = this.#stopReading()

    for (const sender of this.#senders.values()) {
      sender.abort(error)
    }

    for (const stream of streams) {
      stream.abort(error)
    }
  }

  /**
   * What the peer sends next may depend on us. Besides, what we say before the
   * turn ends is written in one go with what the muxer says to what has come
   * (yamux: a window update); later, libp2p's TLS takes a turn for each piece.
   */
  #hurry (): void {
    for (const sender of this.#senders.values()) {
      sender.hurry()
    }
  }

  #sender (lane: Lane): PeerSender {
    let sender = this.#senders.get(lane)

    if (sender == null) {
      const { network, clock, log, stats, receiver } = this.#components
      sender = new PeerSender(lane, {
        peer: this.peer,
        clock,
        log,
        stats,
        receiver,
        openStream: async options => await network.openStream(this.peer, options),
        attach: (stream, outgoing) => { this.#read(stream, outgoing) },
        wrote: letter => { this.#conduct.wrote(letter) }
      }, this.#options)
      this.#senders.set(lane, sender)
    }

    return sender
  }

  /**
   * What comes on a stream is dealt with after what had come on those that were
   * gone when it began: a peer that says its wants again means the last ones.
   */
  #read (stream: NetworkStream, end: StreamEnd): void {
    const { clock, log, stats } = this.#components
    let before: Promise<unknown> | undefined = this.#rests.size === 0 ? undefined : Promise.all(this.#rests).then(() => { before = undefined })
    const inbound = new Inbound(stream, {
      log,
      budget: this.#budget,
      owner: {
        bytesReceived: size => {
          stats.bytesReceived += size
          this.#heardBytes += size
          this.#components.downlink.heard(size, clock.now())
        },
        messageGrew: size => {
          this.#progress += size

          if (this.#progress >= PROGRESS) {
            this.#progress = 0
            this.#progressAt = clock.now()
          }
        },
        messageReceived: message => before == null
          ? this.#deal(message, stream.protocol)
          : before.then(async () => { await this.#deal(message, stream.protocol) }),
        whenReadable: size => this.#conduct.whenReadable(size),
        caughtUp: () => { this.#hurry() },
        malformed: error => {
          stats.malformed++
          log.error('peer %p sent what is no message - %e', this.peer, error)
          this.#conduct.sentNoMessage()
        },
        ended: () => { end.ended() },
        closed: (error, rest) => {
          this.#readers.delete(stream)
          this.#keepRest(rest)
          end.closed(error, inbound.hasSpoken)
          this.#checkGone()
        }
      }
    }, this.#options)

    this.#protocol = stream.protocol
    this.#readers.set(stream, inbound)
    stream.read(inbound)
  }

  #deal (message: ReceivedMessage, protocol: BitswapProtocol): void | Promise<void> {
    // those that were complete when their stream ended may still come when the peer has gone
    if (this.#closed) {
      return
    }

    this.#dealtAt = this.#components.clock.now()
    this.#components.stats.messagesReceived++
    this.#conduct.said(message)
    this.heard()

    if (message.blocks.length === 0) {
      this.#heardBytes -= message.size
    }

    return this.#components.owner.messageReceived(this, message, protocol)
  }

  #keepRest (rest: Promise<void> | undefined): void {
    if (rest != null) {
      this.#rests.add(rest)
      detach(rest.then(() => { this.#rests.delete(rest) }), this.#components.log, 'dealing with what had come')
    }
  }

  #stopReading (): NetworkStream[] {
    const streams = [...this.#readers.keys()]

    for (const inbound of this.#readers.values()) {
      inbound.stop()
    }

    this.#conduct.stop()

    this.#readers.clear()

    return streams
  }

  #checkGone (): void {
    if (!this.#closed && this.#readers.size === 0) {
      this.#components.owner.streamsGone(this)
    }
  }
}
