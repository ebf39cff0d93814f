/**
 * Sends what is due to one peer on one lane: asks for the message when the
 * lane has room, writes it, says how that went. One message a turn of the event
 * loop, so that whatever is wanted in the same turn travels together.
 *
 * Not for: which messages, and in which order lanes or peers are served.
 *
 * Limits: one message being written and, on the lane of blocks, one taken ahead,
 * so that the store is read while the wire is busy. A peer that cannot be
 * reached is left alone until the next `wake` or `heard`, or, as it may be
 * waiting in silence, for a rest that gets longer each time, up to ten minutes.
 */
import type { Cancel } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { StreamClosedError } from './errors.ts'
import { KeptStream } from './kept-stream.ts'
import type { KeptStreamComponents } from './kept-stream.ts'
import { letterOf } from './letter.ts'
import type { Letter } from './letter.ts'
import { Lane } from './messenger-receiver.ts'
import type { MessengerReceiver, Outgoing } from './messenger-receiver.ts'
import type { NetworkOptions } from './options.ts'
import type { OutgoingStream } from './outgoing-stream.ts'
import type { BitswapProtocol } from './protocols.ts'
import { leastProgress, sendTimeout } from './send-timeout.ts'
import { Turns } from './turns.ts'

export interface PeerSenderComponents extends KeptStreamComponents {
  receiver: Pick<MessengerReceiver, 'hasOutgoing' | 'takeOutgoing' | 'peerUnreachable'>
  /** All of it was taken by the transport. */
  wrote (letter: Letter): void
}

/** Nothing was due when it last looked; looks, waits or writes; the peer was given up, until there is a reason to try again. */
export type Activity = 'idle' | 'working' | 'resting'

/** How long a peer that was given up is left alone at first, and at most, in milliseconds. */
const REST = 10_000
const MAX_REST = 600_000

type Taken = Outgoing | undefined | Promise<Outgoing | undefined>

export class PeerSender {
  readonly #lane: Lane
  readonly #components: PeerSenderComponents
  readonly #options: NetworkOptions
  readonly #stream: KeptStream
  readonly #turns: Turns
  /** The peer was given up: it is left alone for a rest, or until there is a reason. */
  #resting = false
  /** The next rest: longer each time until the peer is heard of. */
  #rest = REST
  #cancelRest: Cancel | undefined
  /** Taken, not written yet, and what the peer spoke then. */
  #ahead: { taken: Taken, protocol: BitswapProtocol } | undefined
  #closed: Error | undefined

  constructor (lane: Lane, components: PeerSenderComponents, options: NetworkOptions) {
    this.#lane = lane
    this.#components = components
    this.#options = options
    this.#stream = new KeptStream(components, options, () => { this.wake() })
    this.#turns = new Turns({
      clock: components.clock,
      isDue: () => this.#isDue(),
      work: () => { detach(this.#turn(), components.log, 'sending') }
    })
  }

  get activity (): Activity {
    if (!this.#turns.isIdle || this.#ahead != null) {
      return 'working'
    }

    return this.#resting ? 'resting' : 'idle'
  }

  /** Something may be due. Any number of calls in one turn make one look. */
  wake (): void {
    if (this.#closed != null) {
      return
    }

    this.#resting = false
    this.#cancelRest?.()

    this.#turns.look()
  }

  /**
   * The peer may be waiting for us: what is due now, or will be when the promise
   * callbacks that are ready have run, does not wait for the end of the turn.
   */
  hurry (): void {
    if (this.#closed == null && !this.#resting) {
      this.#turns.hurry()
    }
  }

  /** The peer gave a sign of life: if it had been given up, it is tried again. */
  heard (): void {
    this.#rest = REST
    this.#stream.heard()

    if (this.#resting) {
      this.wake()
    }
  }

  /** Ends our side of the stream once what was written has left. A message not written in full is lost. */
  async close (error: Error): Promise<void> {
    this.#end(error)
    await this.#stream.close(error)
  }

  /** Ends the stream at once: what was sent lately is lost too. */
  abort (error: Error): void {
    this.#end(error)
    this.#stream.abort(error)
  }

  async #turn (): Promise<void> {
    let more = false

    try {
      more = await this.#sendNext()
    } finally {
      this.#turns.ended(more && this.#closed == null)
    }
  }

  /** Sends one message, if one is due. True when another may be. */
  async #sendNext (): Promise<boolean> {
    const stream = await this.#usableStream()
    const letter = stream == null ? undefined : await this.#nextFor(stream)

    if (stream == null || letter == null) {
      return false
    }

    await this.#send(stream, letter)

    return this.#isDue()
  }

  /** The message that is due, encoded; undefined when there is none, or it cannot be sent now. */
  async #nextFor (stream: OutgoingStream): Promise<Letter | undefined> {
    const outgoing = await this.#take(stream.protocol)

    if (this.#closed != null) {
      outgoing?.lost(this.#closed)
    }

    if (outgoing == null || this.#closed != null) {
      return undefined
    }

    if (stream.isUsable) {
      try {
        return letterOf(outgoing, stream.protocol)
      } catch (error) {
        this.#failed(stream, outgoing, error)
      }
    } else {
      // the store took its time, and the stream ended meanwhile: the next one carries it
      this.#ahead = { taken: outgoing, protocol: stream.protocol }
    }

    this.#turns.look()

    return undefined
  }

  #isDue (): boolean {
    const { peer, receiver } = this.#components

    return this.#closed == null && (this.#ahead != null || receiver.hasOutgoing(peer, this.#lane))
  }

  async #usableStream (): Promise<OutgoingStream | undefined> {
    try {
      return await this.#stream.open(() => this.#isDue())
    } catch (error) {
      await this.#giveUp(error as Error)

      return undefined
    }
  }

  async #take (protocol: BitswapProtocol): Promise<Outgoing | undefined> {
    const ahead = this.#ahead

    if (ahead == null) {
      return await this.#ask(protocol)
    }

    this.#ahead = undefined
    const outgoing = await ahead.taken

    if (outgoing != null && ahead.protocol !== protocol) {
      outgoing.lost(new StreamClosedError(`the message was made for ${ahead.protocol}, but the peer now speaks ${protocol}`))
      this.#turns.look()

      return undefined
    }

    return outgoing
  }

  /** Never rejects: what the receiver could not make is as good as nothing due. */
  #ask (protocol: BitswapProtocol): Taken {
    const { peer, receiver, log } = this.#components
    const taken = receiver.takeOutgoing(peer, this.#lane, protocol)

    return taken instanceof Promise
      ? taken.catch((error: unknown) => {
        log.error('could not take a message for %p - %e', peer, error)

        return undefined
      })
      : taken
  }

  /** Has the next blocks read while the last ones drain. Wants are not taken ahead: they would be stale. */
  #takeAhead (protocol: BitswapProtocol): void {
    if (this.#lane === Lane.Blocks && this.#ahead == null && this.#isDue()) {
      const taken = this.#ask(protocol)
      this.#ahead = taken == null ? undefined : { taken, protocol }
    }
  }

  async #send (stream: OutgoingStream, letter: Letter): Promise<void> {
    const { stats } = this.#components
    const size = letter.frame.byteLength
    const timeout = sendTimeout(size, this.#options)

    try {
      await stream.send(letter, async room => {
        this.#takeAhead(stream.protocol)
        await this.#stream.room(room, timeout, leastProgress(timeout, this.#options))
      })
    } catch (cause) {
      this.#failed(stream, letter, cause)

      return
    }

    stats.messagesSent++
    stats.bytesSent += size
    this.#components.wrote(letter)
    letter.sent()
  }

  #failed (stream: OutgoingStream, { lost }: Pick<Outgoing, 'lost'>, cause: unknown): void {
    const { peer, stats, log } = this.#components
    const error = cause instanceof Error ? cause : new StreamClosedError('the message could not be written', { cause })

    log('could not send a message to %p - %e', peer, error)
    stats.sendFailures++
    this.#stream.fail(stream, error)
    lost(error)
  }

  async #giveUp (error: Error): Promise<void> {
    await this.#loseAhead(error)

    if (this.#closed == null) {
      this.#components.stats.unreachable++
      // after this only what is new is a reason to try again, not what was lost on the way here
      this.#turns.forget()
      this.#resting = true
      this.#lookAgainLater(error)
      this.#components.receiver.peerUnreachable(this.#components.peer, error)
    }
  }

  /** While something is due to it, and unless that would fail again in the same way. */
  #lookAgainLater ({ name }: Error): void {
    if (this.#isDue() && name !== 'UnsupportedProtocolError' && name !== 'MessageTooLargeError') {
      this.#cancelRest = this.#components.clock.timer(this.#rest, () => { this.wake() })
      this.#rest = Math.min(2 * this.#rest, MAX_REST)
    }
  }

  async #loseAhead (error: Error): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = undefined
    const outgoing = await ahead?.taken
    outgoing?.lost(error)
  }

  #end (error: Error): void {
    if (this.#closed == null) {
      this.#closed = error
      this.#turns.stop()
      this.#cancelRest?.()
      detach(this.#loseAhead(error), this.#components.log, 'taking back a message')
    }
  }
}
