/**
 * The one outgoing stream of a lane: opened when it is needed, kept, and opened
 * again when it is needed after it ended. A peer that fails again and again is
 * asked ever more slowly, and after `sendAttempts` failures in a row no more.
 *
 * A peer that ends its side of each stream at once (Helia) does not show whether
 * it read ours. When the next stream cannot be opened, it may have gone to sleep with
 * the last message before it, and drop that when it wakes up, as having taken too
 * long: what was written right before counts as lost.
 *
 * Not for: what is written to it (`peer-sender.ts`).
 */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { StreamClosedError, StreamTimeoutError } from './errors.ts'
import type { MessengerStats } from './messenger-stats.ts'
import type { NetworkStream } from './network.ts'
import type { NetworkOptions } from './options.ts'
import { OutgoingStream } from './outgoing-stream.ts'
import type { OutgoingStreamOwner } from './outgoing-stream.ts'
import { Waiting } from './waiting.ts'

export interface KeptStreamComponents {
  peer: PeerId
  clock: Clock
  log: Logger
  stats: MessengerStats
  openStream (options: AbortOptions): Promise<NetworkStream>

  /** Called in the turn in which a stream was opened: reads it, and tells `outgoing` when it ends. */
  attach (stream: NetworkStream, outgoing: OutgoingStream): void
}

/** However many attempts there are, the pauses between them grow no longer than this, in milliseconds. */
const MAX_RETRY_DELAY = 30_000

/** How often a stream that takes nothing is looked at within its time: it is found out so much of that time late at the most. */
const LOOKS = 8

export class KeptStream implements OutgoingStreamOwner {
  readonly #components: KeptStreamComponents
  readonly #options: NetworkOptions
  readonly #onFailure: () => void
  readonly #waiting: Waiting
  #stream: OutgoingStream | undefined
  /** The last that ended without a failure, while what it carried may be lost: not longer, for it holds on to all of libp2p's stream. */
  #former: OutgoingStream | undefined
  /** In a row. */
  #failures = 0
  /** The last of them, if it is a reason to give up. Others are not kept: the stack of an error has hold of what it came from. */
  #failure: Error | undefined
  #closed: Error | undefined

  /** @param onFailure - called when a stream failed of itself: something may have to be said again */
  constructor (components: KeptStreamComponents, options: NetworkOptions, onFailure: () => void) {
    this.#components = components
    this.#options = options
    this.#onFailure = onFailure
    this.#waiting = new Waiting(components.clock)
  }

  /**
   * The stream; opens one if there is none. Makes the pauses that earlier
   * failures demand.
   *
   * @param isNeeded - asked before each attempt: undefined is returned when it says no
   * @throws the last failure when there were too many in a row, or when the peer
   * speaks no Bitswap: the next call starts afresh. What it was closed with, when
   * that is the case.
   */
  async open (isNeeded: () => boolean): Promise<OutgoingStream | undefined> {
    let paused = false

    while (isNeeded()) {
      if (this.#closed != null) {
        throw this.#closed
      }

      if (this.#stream != null) {
        return this.#stream
      }

      if (this.#failure != null) {
        const failure = this.#failure
        this.streamProven()

        throw failure
      }

      paused = this.#failures > 0 && !paused

      if (paused) {
        await this.#waiting.pause(this.#retryDelay())
      } else {
        await this.#attempt()
      }
    }

    return undefined
  }

  /**
   * Waits for room in a stream: up to `timeout` since it last took `least` bytes,
   * or an eighth longer, as it is looked at so often.
   */
  async room (stream: NetworkStream, timeout: number, least: number): Promise<void> {
    let { unsent } = stream

    for (let looks = 0; ;) {
      let late: Error | undefined

      try {
        await this.#waiting.within(timeout / LOOKS, () => late = new StreamTimeoutError('writing to', this.#components.peer, timeout), async signal => { await stream.drained({ signal }) })

        return
      } catch (error) {
        const isProgress = unsent - stream.unsent >= least

        looks = isProgress ? 0 : looks + 1
        unsent = isProgress ? stream.unsent : unsent

        if (late == null || error !== late || looks === LOOKS) {
          throw error
        }
      }
    }
  }

  /** Gives up a stream that a message could not be written to. */
  fail (stream: OutgoingStream, error: Error): void {
    // one that ended of itself was counted then
    if (stream.isUsable && this.#closed == null) {
      this.#failed(error)
    }

    this.#forget(stream)
    stream.abort(error)
  }

  /** Ends our side once what was written has left. A message that is being written is lost. */
  async close (error: Error): Promise<void> {
    const stream = this.#end(error)

    if (stream == null) {
      return
    }

    if (stream.isWriting) {
      stream.abort(error)

      return
    }

    try {
      await this.#within(this.#options.closeTimeout, 'closing a stream to', async options => { await stream.close(options) })
    } catch (failure) {
      this.#components.log('could not close a stream to %p - %e', this.#components.peer, failure)
      stream.abort(error)
    }
  }

  /** Ends it at once: what is being written, or was sent lately, is lost. */
  abort (error: Error): void {
    this.#end(error)?.abort(error)
  }

  streamGone (stream: OutgoingStream, failure: Error | undefined): void {
    this.#forget(stream)

    if (failure == null) {
      this.#former?.forget()
      this.#former = stream.isUnproven ? stream : undefined
    } else {
      this.#failed(failure)
      this.#onFailure()
    }
  }

  streamForgot (stream: OutgoingStream): void {
    if (this.#former === stream) {
      this.#former = undefined
    }
  }

  streamProven (): void {
    this.#failures = 0
    this.#failure = undefined
  }

  /** The peer gave a sign of life: that it could not be reached is over. The next call tries, and does not fail with what was. */
  heard (): void {
    if (this.#failures >= this.#options.sendAttempts) {
      this.streamProven()
    }
  }

  lostAfterSent (): void {
    this.#components.stats.lostAfterSent++
  }

  #retryDelay (): number {
    let delay = this.#options.retryDelay

    for (let i = 1; i < this.#failures && delay < MAX_RETRY_DELAY; i++) {
      delay *= 2
    }

    return Math.min(delay, MAX_RETRY_DELAY)
  }

  /** Tries to open a stream. Does not throw. */
  async #attempt (): Promise<void> {
    const { peer, log, stats } = this.#components
    const unproven = this.#former?.forget() ?? []
    this.#former = undefined

    try {
      const stream = await this.#within(this.#options.openStreamTimeout, 'opening a stream to', async options => await this.#components.openStream(options))
      this.#opened(stream)
    } catch (cause) {
      if (this.#closed == null) {
        stats.openFailures++
        const error = cause instanceof Error ? cause : new StreamClosedError('no stream could be opened', { cause })
        this.#failed(error)
        log('could not open a stream to %p - %e', peer, cause)

        for (const lost of unproven) {
          this.lostAfterSent()
          lost(error)
        }
      }
    }
  }

  #opened (stream: NetworkStream): void {
    if (this.#closed != null) {
      stream.abort(this.#closed)

      return
    }

    const { clock, log, stats } = this.#components
    stats.streamsOpened++
    this.#stream = new OutgoingStream(stream, { clock, log, owner: this }, this.#options)
    this.#components.attach(stream, this.#stream)
  }

  #failed (error: Error): void {
    this.#failures++

    if (this.#failures >= this.#options.sendAttempts || error.name === 'UnsupportedProtocolError') {
      this.#failure = error
    }
  }

  #forget (stream: OutgoingStream): void {
    if (this.#stream === stream) {
      this.#stream = undefined
    }
  }

  #end (error: Error): OutgoingStream | undefined {
    const stream = this.#stream
    this.#closed ??= error
    this.#stream = undefined
    this.#former?.forget()
    this.#former = undefined
    this.#waiting.stop(error)

    return stream
  }

  async #within<T> (timeout: number, doing: string, work: (options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    return await this.#waiting.within(timeout, () => new StreamTimeoutError(doing, this.#components.peer, timeout), async signal => await work({ signal }))
  }
}
