/**
 * What one end of a virtual stream receives: bytes for its reader, who may
 * pause, then the end. Grants the sender room as the reader takes bytes; a
 * window that is used up within a few round trips is doubled, as yamux does.
 * Part of `virtual-stream.ts`.
 */
import type { Clock } from '../../core/clock.ts'
import type { StreamReader } from '../../network/network.ts'

export interface ReceivingHalfInit {
  clock: Clock
  /** Bytes that may be under way or unread here, at first and at the most. */
  window: number
  maxWindow: number
  /** There and back, in milliseconds. */
  roundTrip: number
  /** The sender has room for so many more. */
  grant: (size: number) => void
  /** The reader was told of the end. */
  ended: () => void
}

/** A window that lasts for fewer round trips than this is too small. */
const ROUND_TRIPS_PER_WINDOW = 4

export class ReceivingHalf {
  readonly #init: ReceivingHalfInit
  readonly #arrived: Uint8Array[] = []
  #reader: StreamReader | undefined
  #window: number
  #consumed = 0
  #grantedAt: number
  #paused = false
  /** Held up from outside, as if the reader had no time. */
  #stalls = 0
  #endArrived = false
  #endTold = false
  #over = false

  constructor (init: ReceivingHalfInit) {
    this.#init = init
    this.#window = init.window
    this.#grantedAt = init.clock.now()
  }

  get reader (): StreamReader | undefined {
    return this.#reader
  }

  /** Bytes that came and were not handed to the reader. */
  get unread (): number {
    return this.#arrived.reduce((sum, bytes) => sum + bytes.byteLength, 0)
  }

  /** The other end sends no more, and the reader knows. */
  get isEnded (): boolean {
    return this.#endTold
  }

  read (reader: StreamReader): void {
    if (this.#reader != null) {
      throw new Error('the stream has a reader already')
    }

    this.#reader = reader

    if (!this.#over) {
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

  /** The reader is handed nothing until the returned function is called, whatever it asks for. */
  stall (): () => void {
    let stalled = true
    this.#stalls++

    return () => {
      if (stalled) {
        stalled = false
        this.#stalls--
        this.#deliver()
      }
    }
  }

  received (bytes: Uint8Array): void {
    if (!this.#over) {
      this.#arrived.push(bytes)
      this.#deliver()
    }
  }

  receivedEnd (): void {
    this.#endArrived = true
    this.#deliver()
  }

  /** Nothing is handed over any more. */
  drop (): void {
    this.#over = true
    this.#arrived.length = 0
  }

  /** As if there had never been a reader. */
  forgetReader (): void {
    this.#reader = undefined
  }

  get #isReading (): boolean {
    return !this.#over && !this.#paused && this.#stalls === 0
  }

  #deliver (): void {
    while (this.#reader != null && this.#isReading) {
      const bytes = this.#arrived.shift()

      if (bytes == null) {
        break
      }

      this.#consumed += bytes.byteLength
      this.#grant()
      this.#reader.data(bytes)
    }

    if (this.#endArrived && !this.#endTold && this.#isReading && this.#reader != null && this.#arrived.length === 0) {
      this.#endTold = true
      this.#reader.ended()
      this.#init.ended()
    }
  }

  /** Tells the sender of the room that reading has made; not for every byte, as each such message costs. */
  #grant (): void {
    const { clock, maxWindow, roundTrip, grant } = this.#init

    if (this.#consumed >= this.#window / 2) {
      const now = clock.now()
      const isSmall = now - this.#grantedAt < ROUND_TRIPS_PER_WINDOW * roundTrip
      const growth = isSmall ? Math.max(0, Math.min(this.#window, maxWindow - this.#window)) : 0
      const room = this.#consumed + growth
      this.#window += growth
      this.#consumed = 0
      this.#grantedAt = now
      grant(room)
    }
  }
}
