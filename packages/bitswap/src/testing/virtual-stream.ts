/**
 * A stream of the virtual network: bytes with a window, half-close and reset,
 * as a libp2p stream over yamux has them. A sender whose receiver does not read
 * comes to a stop when the window is full.
 *
 * Bytes are copied when they arrive, so that whoever changes them after
 * `send`, or keeps a part of what it was handed, shows. Reader and waiters are
 * called at the earliest moment the contract allows, also from within `abort`,
 * `close` and `resume`: code that stands this stands libp2p's order.
 *
 * Limits: a window per direction; what is sent beyond it is kept, as libp2p
 * does, until the receiver has read.
 */
import { StreamResetError } from '@libp2p/interface'
import type { AbortOptions } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { StreamClosedError } from '../network/errors.ts'
import type { NetworkStream, StreamReader } from '../network/network.ts'
import type { BitswapProtocol } from '../network/protocols.ts'
import type { Pipe } from './pipe.ts'

export interface VirtualStreamInit {
  protocol: BitswapProtocol
  /** Bytes that may be under way or unread at the receiver. */
  window: number
  /** The most bytes that arrive in one piece. */
  segmentSize: number
  /** Towards the other end. */
  pipe: Pipe
  /** Told of each piece that arrives here. */
  onArrival?: ((bytes: Uint8Array) => void) | undefined
  onGone: () => void
}

interface Waiter {
  resolve: () => void
  reject: (error: unknown) => void
}

export class VirtualStream implements NetworkStream {
  readonly #init: VirtualStreamInit
  #other: VirtualStream | undefined
  #reader: StreamReader | undefined

  // sending: bytes not taken yet, what the receiver has room for, who waits for room
  readonly #unsent: Uint8ArrayList = new Uint8ArrayList()
  readonly #waiters: Set<Waiter> = new Set()
  #credit: number
  #closing = false
  #endSent = false

  // receiving: bytes the reader has not been handed, bytes read and not yet granted again
  readonly #arrived: Uint8Array[] = []
  #consumed = 0
  #paused = false
  #endArrived = false
  #endTold = false

  #gone = false
  #error: Error | undefined

  constructor (init: VirtualStreamInit) {
    this.#init = init
    this.#credit = init.window
  }

  /** Joins two ends. */
  static join (a: VirtualStream, b: VirtualStream): void {
    a.#other = b
    b.#other = a
  }

  get protocol (): BitswapProtocol {
    return this.#init.protocol
  }

  get unsent (): number {
    return this.#unsent.byteLength
  }

  send (bytes: Uint8Array | Uint8ArrayList): boolean {
    if (this.#closing || this.#gone) {
      throw new StreamClosedError(undefined, { cause: this.#error })
    }

    this.#unsent.append(bytes)
    this.#flush()

    return this.#unsent.byteLength === 0
  }

  async drained (options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()

    if (this.#gone) {
      throw this.#error ?? new StreamClosedError()
    }

    if (this.#unsent.byteLength > 0) {
      await this.#sentAll(options.signal)
    }
  }

  read (reader: StreamReader): void {
    if (this.#reader != null) {
      throw new Error('the stream has a reader already')
    }

    this.#reader = reader

    if (this.#gone) {
      reader.closed(this.#error)
    } else {
      this.#deliver()
    }
  }

  pause (): void {
    this.#paused = true
  }

  resume (): void {
    this.#paused = false
    this.#deliver()
  }

  async close (options: AbortOptions = {}): Promise<void> {
    if (this.#closing || this.#gone) {
      return
    }

    this.#closing = true

    if (this.#unsent.byteLength === 0) {
      this.#sendEnd()
    } else {
      await this.#sentAll(options.signal)
    }
  }

  abort (error: Error): void {
    if (!this.#gone) {
      this.#toOther(other => { other.reset() })
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
      this.#unsent.consume(this.#unsent.byteLength)
      this.#arrived.length = 0
      this.#end(error)
    }
  }

  async #sentAll (signal?: AbortSignal | null): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => { waiter.reject(signal?.reason) }
      const waiter: Waiter = {
        resolve: () => {
          settle()
          resolve()
        },
        reject: error => {
          settle()
          reject(error)
        }
      }

      this.#waiters.add(waiter)
      signal?.addEventListener('abort', abort)
    })
  }

  /** Sends what the receiver has room for. */
  #flush (): void {
    if (this.#unsent.byteLength === 0) {
      return
    }

    while (this.#unsent.byteLength > 0 && this.#credit > 0) {
      const size = Math.min(this.#unsent.byteLength, this.#credit, this.#init.segmentSize)
      const segment = this.#unsent.sublist(0, size)
      this.#unsent.consume(size)
      this.#credit -= size
      this.#toOther(other => { other.#receive(segment.slice()) })
    }

    if (this.#unsent.byteLength === 0) {
      for (const waiter of this.#waiters) {
        waiter.resolve()
      }

      if (this.#closing) {
        this.#sendEnd()
      }
    }
  }

  #sendEnd (): void {
    this.#endSent = true
    this.#toOther(other => { other.#receiveEnd() })
    this.#endIfBothEnded()
  }

  #receive (bytes: Uint8Array): void {
    if (!this.#gone) {
      this.#init.onArrival?.(bytes)
      this.#arrived.push(bytes)
      this.#deliver()
    }
  }

  #receiveEnd (): void {
    this.#endArrived = true
    this.#deliver()
  }

  #deliver (): void {
    while (this.#reader != null && !this.#paused && !this.#gone) {
      const bytes = this.#arrived.shift()

      if (bytes == null) {
        break
      }

      this.#consumed += bytes.byteLength
      this.#grant()
      this.#reader.data(bytes)
    }

    if (this.#endArrived && !this.#endTold && !this.#gone && !this.#paused && this.#reader != null && this.#arrived.length === 0) {
      this.#endTold = true
      this.#reader.ended()
      this.#endIfBothEnded()
    }
  }

  /** Tells the sender of the room that reading has made; not for every byte, as each such message costs. */
  #grant (): void {
    if (this.#consumed >= this.#init.window / 2) {
      const consumed = this.#consumed
      this.#consumed = 0
      this.#toOther(other => { other.#receiveCredit(consumed) })
    }
  }

  #receiveCredit (size: number): void {
    this.#credit += size
    this.#flush()
  }

  #toOther (arrive: (other: VirtualStream) => void): void {
    const other = this.#other

    if (other != null) {
      this.#init.pipe.send(() => { arrive(other) })
    }
  }

  #endIfBothEnded (): void {
    if (this.#endSent && this.#endTold && !this.#gone) {
      this.#end()
    }
  }

  #end (error?: Error): void {
    this.#gone = true
    this.#init.onGone()

    for (const waiter of this.#waiters) {
      waiter.reject(error ?? new StreamClosedError())
    }

    this.#reader?.closed(error)
  }
}
