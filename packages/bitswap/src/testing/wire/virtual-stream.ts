/**
 * A stream of the virtual network: bytes with a window, half-close and reset,
 * as a libp2p stream over yamux has them. A sender whose receiver does not read
 * comes to a stop when the window is full.
 *
 * Bytes are copied when they arrive, so that whoever changes them after
 * `send`, or keeps a part of what it was handed, shows. Reader and waiters are
 * called at the earliest moment the contract allows, also from within `abort`,
 * `close` and `resume`: code that stands this stands libp2p's order.
 */
import { StreamResetError } from '@libp2p/interface'
import type { AbortOptions } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Clock } from '../../core/clock.ts'
import { StreamClosedError } from '../../network/errors.ts'
import type { NetworkStream, StreamReader } from '../../network/network.ts'
import type { BitswapProtocol } from '../../network/protocols.ts'
import type { Pipe } from './pipe.ts'
import { ReceivingHalf } from './receiving-half.ts'
import { SendingHalf } from './sending-half.ts'

export interface VirtualStreamInit {
  protocol: BitswapProtocol
  clock: Clock
  /** Bytes that may be under way or unread at the receiver, at first and at the most. */
  window: number
  maxWindow: number
  /** There and back, in milliseconds. */
  roundTrip: number
  /** The most bytes that arrive in one piece. */
  segmentSize: number
  /** Towards the other end. */
  pipe: Pipe
  /** Told of each piece that arrives here; returns it, or what became of it on the way. */
  onArrival?: ((bytes: Uint8Array) => Uint8Array) | undefined
  onGone: () => void
}

export class VirtualStream implements NetworkStream {
  readonly #init: VirtualStreamInit
  readonly #sending: SendingHalf
  readonly #receiving: ReceivingHalf
  #other: VirtualStream | undefined
  #endSent = false
  #gone = false
  #error: Error | undefined

  constructor (init: VirtualStreamInit) {
    this.#init = init
    this.#sending = new SendingHalf({
      ...init,
      arrived: bytes => { this.#arriveAt(this.#other, bytes) },
      ended: () => { this.#sendEnd() }
    })
    this.#receiving = new ReceivingHalf({
      ...init,
      grant: size => { this.#signal(other => { other.#sending.granted(size) }) },
      ended: () => { this.#endIfBothEnded() }
    })
  }

  /** Joins two ends. What was sent before arrives after it. */
  static join (a: VirtualStream, b: VirtualStream): void {
    a.#other = b
    b.#other = a
  }

  get protocol (): BitswapProtocol {
    return this.#init.protocol
  }

  get unsent (): number {
    return this.#sending.unsent
  }

  /** Bytes that came and were not handed to the reader. */
  get unread (): number {
    return this.#receiving.unread
  }

  send (bytes: Uint8Array | Uint8ArrayList): boolean {
    if (this.#sending.isClosing || this.#gone) {
      throw new StreamClosedError(undefined, { cause: this.#error })
    }

    return this.#sending.send(bytes)
  }

  async drained (options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()

    if (this.#gone) {
      throw this.#error ?? new StreamClosedError()
    }

    if (this.#sending.unsent > 0) {
      await this.#sending.allSent(options.signal)
    }
  }

  read (reader: StreamReader): void {
    this.#receiving.read(reader)

    if (this.#gone) {
      reader.closed(this.#error)
    }
  }

  pause (): void {
    this.#receiving.pause()
  }

  resume (): void {
    this.#receiving.resume()
  }

  /** The reader is handed nothing until the returned function is called, whatever it asks for. */
  stall (): () => void {
    return this.#receiving.stall()
  }

  async close (options: AbortOptions = {}): Promise<void> {
    if (!this.#sending.isClosing && !this.#gone && !this.#sending.close()) {
      await this.#sending.allSent(options.signal)
    }
  }

  abort (error: Error): void {
    if (!this.#gone) {
      this.#signal(other => { other.reset() })
      this.fail(error)
    }
  }

  /** The other end, or somebody on the way, has ended the stream. */
  reset (): void {
    this.fail(new StreamResetError('the stream was reset'))
  }

  /** Ends this side without a word to the other. */
  fail (error: Error): void {
    if (!this.#gone) {
      this.#error = error
      this.#sending.drop()
      this.#end(error)
    }
  }

  /** Whose end this is has crashed: nobody here is told anything any more. */
  vanish (): void {
    this.#receiving.forgetReader()
    this.#sending.release()
    this.fail(new StreamClosedError('the node has crashed'))
  }

  /** Bytes of ours have come to the other end. */
  #arriveAt (other: VirtualStream | undefined, bytes: Uint8Array): void {
    if (other != null && !other.#gone) {
      other.#receiving.received(other.#init.onArrival?.(bytes) ?? bytes)
    }
  }

  #sendEnd (): void {
    this.#endSent = true
    this.#signal(other => { other.#receiving.receivedEnd() })
    this.#endIfBothEnded()
  }

  /** The other end may be made only when this arrives there. */
  #signal (arrive: (other: VirtualStream) => void): void {
    this.#init.pipe.send(0, () => {
      if (this.#other != null) {
        arrive(this.#other)
      }
    })
  }

  #endIfBothEnded (): void {
    if (this.#endSent && this.#receiving.isEnded && !this.#gone) {
      this.#end()
    }
  }

  #end (error?: Error): void {
    this.#gone = true
    this.#receiving.drop()
    this.#init.onGone()
    this.#sending.release(error ?? new StreamClosedError())
    this.#receiving.reader?.closed(error)
  }
}
