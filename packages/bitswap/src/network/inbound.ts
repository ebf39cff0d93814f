/**
 * What arrives on one stream, as messages: bytes are cut into frames, decoded,
 * and handed over one by one. Whoever takes them may hold up the next by
 * returning a promise; then what piles up is bounded by pausing the stream.
 *
 * Not for: when a stream is too old. A stream may be idle for as long as it
 * likes: peers keep one open and use it when they have something to say.
 *
 * Limits: a message of `maxMessageSize`; while one is dealt with,
 * `inboundBufferSize` and what the transport has on its way, while one is held
 * back for what the peer said before only the latter; over all streams
 * of the peer its {@link InboundBudget}. Bytes that are no message end the
 * stream.
 */
import type { Logger } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { detach } from '../core/detach.ts'
import { decodeMessage } from '../message/codec.ts'
import { MalformedMessageError } from '../message/errors.ts'
import { Unframer } from '../message/frame.ts'
import type { ReceivedMessage } from '../message/message.ts'
import type { BudgetHolder, InboundBudget } from './inbound-budget.ts'
import type { NetworkStream, StreamReader } from './network.ts'
import type { NetworkOptions } from './options.ts'

/**
 * Up to how many bytes a message is small. One that is larger is part of a
 * transfer, where it is better to have few wants in each turn than one for each
 * block, and a turn is short against the time the next block takes.
 */
const SMALL = 16_384

export interface InboundComponents {
  log: Logger
  budget: InboundBudget
  owner: InboundOwner
}

/** Who is told what came. */
export interface InboundOwner {
  bytesReceived (size: number): void

  /** They were part of a message that is not complete. */
  messageGrew (size: number): void

  /** Asked before each message is decoded, and again when it was waited for: undefined when it may be. */
  whenReadable (size: number): Promise<void> | undefined

  /** The next one comes when this has resolved, or in the same turn when it returns nothing. */
  messageReceived (message: ReceivedMessage): void | Promise<void>

  /** A small message came, all was dealt with, and no other message has begun: the peer may be waiting for us. */
  caughtUp (): void

  /** What came is no message, or ended in the middle of one. The stream is aborted. */
  malformed (error: Error): void

  /** The peer sends no more, and all its messages were dealt with. */
  ended (): void

  /**
   * The stream is gone.
   *
   * @param rest - given when messages that had come in full are still to be dealt with; resolves when they were
   */
  closed (error: Error | undefined, rest: Promise<void> | undefined): void
}

export class Inbound implements StreamReader, BudgetHolder {
  readonly #stream: NetworkStream
  readonly #components: InboundComponents
  readonly #options: NetworkOptions
  readonly #unframer: Unframer
  /** A message is held back, being handed over or dealt with. */
  #busy = false
  /** It is held back. */
  #held = false
  /** Its size. */
  #busySize = 0
  #hasSpoken = false
  /** Of the message that came last. */
  #lastSize = 0
  #paused = false
  #ended = false
  #gone = false
  #stopped = false
  /** Called when nothing is handed over any more, after the stream had gone. */
  #restDone: (() => void) | undefined

  constructor (stream: NetworkStream, components: InboundComponents, options: NetworkOptions) {
    this.#stream = stream
    this.#components = components
    this.#options = options
    this.#unframer = new Unframer(options.maxMessageSize)
  }

  /** A message is held back, or being dealt with, and what follows it waits. */
  get isBusy (): boolean {
    return this.#busy
  }

  /** A message has come on it, complete. */
  get hasSpoken (): boolean {
    return this.#hasSpoken
  }

  data (bytes: Uint8Array | Uint8ArrayList): void {
    if (this.#stopped) {
      return
    }

    this.#components.owner.bytesReceived(bytes.byteLength)
    this.#unframer.push(bytes)
    this.#process()

    if (this.#busy) {
      return
    }

    if (this.#unframer.buffered > 0) {
      this.#components.owner.messageGrew(bytes.byteLength)
    } else if (this.#lastSize <= SMALL) {
      this.#components.owner.caughtUp()
    }
  }

  ended (): void {
    this.#ended = true
    this.#process()
  }

  closed (error?: Error): void {
    this.#gone = true
    this.#components.owner.closed(error, this.#rest())
    this.#process()
  }

  budgetChanged (): void {
    this.#regulate()
  }

  /** Hands over nothing any more; the stream is left to the caller. */
  stop (): void {
    this.#stopped = true
    this.#components.budget.set(this, 0)
    this.#restDone?.()
  }

  /** Until all is dealt with that has come; undefined when it is. */
  #rest (): Promise<void> | undefined {
    if (!this.#busy || this.#stopped) {
      return undefined
    }

    const { promise, resolve } = Promise.withResolvers<void>()
    this.#restDone = resolve

    return promise
  }

  /** Hands over what is complete, until somebody wants to be waited for. */
  #process (): void {
    while (!this.#busy && !this.#stopped) {
      const frame = this.#next()

      if (frame == null) {
        break
      }

      this.#hasSpoken = true
      this.#busy = true
      this.#busySize = frame.byteLength
      this.#lastSize = frame.byteLength

      const wait = this.#components.owner.whenReadable(frame.byteLength)
      const pending = wait == null ? this.#handOver(frame) : this.#handOverLater(frame, wait)

      if (pending == null) {
        this.#busy = false
        this.#busySize = 0
      } else {
        detach(pending.finally(() => { this.#dealtWith() }), this.#components.log, 'dealing with a message')
      }
    }

    this.#settle()
  }

  async #handOverLater (frame: Uint8ArrayList, wait: Promise<void>): Promise<void> {
    this.#held = true

    for (let next: Promise<void> | undefined = wait; next != null && !this.#stopped; next = this.#components.owner.whenReadable(frame.byteLength)) {
      await next
    }

    this.#held = false
    this.#regulate()
    await this.#handOver(frame)
  }

  #handOver (frame: Uint8ArrayList): void | Promise<void> {
    if (this.#stopped) {
      return
    }

    let message: ReceivedMessage

    try {
      message = decodeMessage(frame)
    } catch (error) {
      this.#refuse(error)

      return
    }

    return this.#components.owner.messageReceived(message)
  }

  #dealtWith (): void {
    this.#busy = false
    this.#busySize = 0
    this.#process()
  }

  #next (): Uint8ArrayList | undefined {
    try {
      return this.#unframer.next()
    } catch (error) {
      this.#refuse(error)

      return undefined
    }
  }

  /** Looks at what follows from where things stand: budget, pause, end. */
  #settle (): void {
    if (this.#stopped) {
      return
    }

    const kept = this.#unframer.buffered

    if (!this.#busy) {
      if (this.#gone) {
        this.stop()

        return
      }

      if (this.#ended && kept > 0) {
        this.#refuse(new MalformedMessageError(`the stream ended within a message, after ${kept} bytes of it`))

        return
      }

      if (this.#ended) {
        this.#components.owner.ended()
      }
    }

    this.#components.budget.set(this, kept + this.#busySize)
    this.#regulate()
  }

  /** Pauses or resumes. Resuming may hand us data before it returns, so nothing follows it. */
  #regulate (): void {
    if (this.#stopped || this.#gone) {
      return
    }

    // of one that has to wait for its own fault nothing more is taken
    const full = this.#busy && this.#unframer.buffered > (this.#held ? 0 : this.#options.inboundBufferSize)
    const pause = full || this.#components.budget.mustWait(this)

    if (pause !== this.#paused) {
      this.#paused = pause

      if (pause) {
        this.#stream.pause()
      } else {
        this.#stream.resume()
      }
    }
  }

  #refuse (cause: unknown): void {
    const error = cause instanceof Error ? cause : new MalformedMessageError('the message could not be read', { cause })
    this.stop()
    this.#components.owner.malformed(error)
    this.#stream.abort(error)
  }
}
