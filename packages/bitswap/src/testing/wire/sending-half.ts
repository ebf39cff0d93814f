/**
 * What one end of a virtual stream sends: bytes as far as the receiver's window
 * and the connection have room, then the end. Part of `virtual-stream.ts`.
 *
 * Limits: what is sent beyond the window is kept, as libp2p does, until the
 * receiver has read.
 */
import { Uint8ArrayList } from 'uint8arraylist'
import type { Pipe, Waiting } from './pipe.ts'

export interface SendingHalfInit {
  /** Bytes that may be under way or unread at the receiver, at first. */
  window: number
  /** The most bytes that arrive in one piece. */
  segmentSize: number
  pipe: Pipe
  /** Bytes have come to the other end. */
  arrived: (bytes: Uint8Array) => void
  /** All was sent, and no more will be. */
  ended: () => void
}

interface Waiter {
  resolve: () => void
  reject: (error: unknown) => void
}

export class SendingHalf implements Waiting {
  readonly #init: SendingHalfInit
  readonly #unsent: Uint8ArrayList = new Uint8ArrayList()
  readonly #waiters: Set<Waiter> = new Set()
  #credit: number
  #closing = false

  constructor (init: SendingHalfInit) {
    this.#init = init
    this.#credit = init.window
  }

  /** Nothing more may be sent. */
  get isClosing (): boolean {
    return this.#closing
  }

  /** Bytes that were not sent yet. */
  get unsent (): number {
    return this.#unsent.byteLength
  }

  /** True when all of it was sent. */
  send (bytes: Uint8Array | Uint8ArrayList): boolean {
    this.#unsent.append(bytes)
    this.#flush()

    return this.#unsent.byteLength === 0
  }

  /** Ends this half once all was sent. False when that is not yet. */
  close (): boolean {
    this.#closing = true

    if (this.#unsent.byteLength > 0) {
      return false
    }

    this.#init.ended()

    return true
  }

  /** The receiver has read: there is room for more. */
  granted (size: number): void {
    this.#credit += size
    this.#flush()
  }

  sendSegment (): boolean {
    const { pipe, segmentSize, arrived } = this.#init
    const size = Math.min(this.#unsent.byteLength, this.#credit, segmentSize, pipe.segmentSize)

    if (size > 0) {
      const segment = this.#unsent.sublist(0, size)
      this.#unsent.consume(size)
      this.#credit -= size
      pipe.send(size, () => { arrived(segment.slice()) })

      if (this.#unsent.byteLength === 0) {
        this.#allSent()
      }
    }

    return this.#unsent.byteLength > 0 && this.#credit > 0
  }

  /** Resolves when all was sent; rejects with what `fail` is given, or the reason of the signal. */
  async allSent (signal?: AbortSignal | null): Promise<void> {
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

  /** Drops what was not sent. */
  drop (): void {
    this.#unsent.consume(this.#unsent.byteLength)
    this.#init.pipe.leave(this)
  }

  /** Whoever waits is told; without an error nobody ever is. */
  release (error?: Error): void {
    if (error == null) {
      this.#waiters.clear()
    }

    for (const waiter of this.#waiters) {
      waiter.reject(error)
    }
  }

  #flush (): void {
    const { pipe } = this.#init

    while (this.#unsent.byteLength > 0 && this.#credit > 0) {
      if (!pipe.hasRoom) {
        pipe.wait(this)

        return
      }

      this.sendSegment()
    }
  }

  #allSent (): void {
    for (const waiter of this.#waiters) {
      waiter.resolve()
    }

    if (this.#closing) {
      this.#init.ended()
    }
  }
}
