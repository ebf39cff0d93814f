/**
 * A stream we write to: whether it is still good for another message, and what
 * it has carried so lately that a reset may have cost it.
 *
 * Not for: opening, deadlines, retries (`peer-sender.ts`).
 *
 * Limits: remembers messages for `resendInterval`, and `resendSize` bytes of
 * them but always the newest; what is forgotten counts as arrived. One that the
 * peer has ended remembers for as long, or until it is told to {@link OutgoingStream.forget}.
 */
import type { Logger } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { StreamClosedError } from './errors.ts'
import type { Letter } from './letter.ts'
import type { Outgoing } from './messenger-receiver.ts'
import type { NetworkStream } from './network.ts'
import type { NetworkOptions } from './options.ts'
import type { BitswapProtocol } from './protocols.ts'

export interface OutgoingStreamComponents {
  clock: Clock
  log: Logger
  owner: OutgoingStreamOwner
}

export interface OutgoingStreamOwner {
  /**
   * The stream ended, and not through `close` or `abort`. Told once, after
   * `lost` of all that it may have lost.
   *
   * @param failure - set when it ended within a message, with what it had
   * carried lost, or before it was used: reason to be slower with the next
   */
  streamGone (stream: OutgoingStream, failure: Error | undefined): void

  /** All it carried counts as arrived, and it was gone before: it is of no more use. */
  streamForgot (stream: OutgoingStream): void

  /** What it carried has arrived, as far as one can know. */
  streamProven (): void

  /** A message is lost that was said to be sent. */
  lostAfterSent (): void
}

interface Sent {
  lost: Outgoing['lost']
  size: number
  at: number
}

/**
 * Up to how much of a piece the end of a message may be, to go along with the
 * piece before it: a message with one block of the usual 256 KiB is a few bytes
 * larger than a piece, and nobody can use the block without them.
 */
const LARGEST_REST = 0.25

export class OutgoingStream {
  readonly #stream: NetworkStream
  readonly #components: OutgoingStreamComponents
  readonly #options: NetworkOptions
  /** Oldest first. */
  readonly #sent: Sent[] = []
  #sentSize = 0
  #cancelForgetting: Cancel | undefined
  #used = false
  #writing = false
  /** The peer ended its side. */
  #ended = false
  #gone = false
  #onClosed: (() => void) | undefined

  constructor (stream: NetworkStream, components: OutgoingStreamComponents, options: NetworkOptions) {
    this.#stream = stream
    this.#components = components
    this.#options = options
  }

  get protocol (): BitswapProtocol {
    return this.#stream.protocol
  }

  /** Another message may be written. */
  get isUsable (): boolean {
    return !this.#gone
  }

  /** What it carried lately may still be lost. */
  get isUnproven (): boolean {
    return this.#sent.length > 0
  }

  get isWriting (): boolean {
    return this.#writing
  }

  /**
   * Writes a message in pieces. When it resolves, all is with the transport.
   *
   * @param room - waits for room when there is none
   * @throws when the stream ends first, or with what `room` throws: the message is lost then
   */
  async send ({ frame, lost }: Pick<Letter, 'frame' | 'lost'>, room: (stream: NetworkStream) => Promise<void>): Promise<void> {
    const { pieceSize } = this.#options
    const size = frame.byteLength
    this.#used = true
    this.#writing = true

    try {
      for (let at = 0, end = 0; at < size; at = end) {
        end = size - at <= pieceSize * (1 + LARGEST_REST) ? size : at + pieceSize

        if (!this.#stream.send(at === 0 && end === size ? frame : frame.sublist(at, end))) {
          await room(this.#stream)
        }
      }

      // it may have been reset in the very turn in which it had room again
      if (this.#gone) {
        throw new StreamClosedError('the stream ended within a message')
      }
    } finally {
      this.#writing = false
    }

    this.#remember({ lost, size, at: this.#components.clock.now() })
    this.#retireIfEnded()
  }

  /** The peer sends no more on this stream. */
  ended (): void {
    this.#ended = true
    this.#retireIfEnded()
  }

  /** The stream is gone, of itself or by the peer. */
  closed (error?: Error): void {
    this.#onClosed?.()

    if (this.#gone) {
      return
    }

    const failed = this.#writing || !this.#used
    const lost = error != null && this.#lose(error)
    this.#leave()
    this.#components.owner.streamGone(this, failed || lost ? error ?? new StreamClosedError('the peer closed the stream') : undefined)
  }

  /**
   * Ends our side once what was written has left. When that was lately, it
   * waits for the peer to end its side too: by then it has read all.
   */
  async close (options: { signal: AbortSignal }): Promise<void> {
    const { signal } = options
    const closed = this.#sent.length === 0
      ? undefined
      : new Promise<void>((resolve, reject) => {
        this.#onClosed = resolve
        signal.addEventListener('abort', () => { reject(signal.reason) }, { once: true })
      })
    this.#leave()
    await Promise.all([this.#stream.close(options), closed])
  }

  /** Ends both sides at once. What was sent lately is lost. */
  abort (error: Error): void {
    if (!this.#gone) {
      this.#lose(error)
      this.#leave()
    }

    this.#stream.abort(error)
  }

  /**
   * Forgets what it carried lately. Of each such message: how to say that it is
   * lost after all.
   */
  forget (): Array<Outgoing['lost']> {
    const sent = this.#sent.splice(0)
    this.#leave()

    return sent.map(({ lost }) => lost)
  }

  /**
   * When the peer has ended its side it may not read ours any more (Helia ends
   * idle streams so): the next message gets a new stream. But one message is
   * written in any case, for a peer that never says anything on a stream it
   * accepts may end its side at once.
   */
  #retireIfEnded (): void {
    if (this.#ended && this.#used && !this.#writing && !this.#gone) {
      const { log, owner } = this.#components
      this.#gone = true // nobody will tell whether it was read: what it carried is remembered
      detach(this.#stream.close(), log, 'closing a stream that the peer has ended')
      owner.streamProven()
      owner.streamGone(this, undefined)
    }
  }

  #remember (sent: Sent): void {
    const { resendInterval, resendSize } = this.#options

    if (resendInterval === 0) {
      this.#components.owner.streamProven()

      return
    }

    this.#sent.push(sent)
    this.#sentSize += sent.size

    while (this.#sentSize > resendSize && this.#sent.length > 1) {
      this.#sentSize -= this.#sent.shift()?.size ?? 0
    }

    this.#scheduleForgetting()
  }

  /** One timer for all: remembered messages hold memory, so it must not wait for the next to come. */
  #scheduleForgetting (): void {
    const { clock } = this.#components
    const oldest = this.#sent[0]

    if (oldest != null && this.#cancelForgetting == null) {
      this.#cancelForgetting = clock.timer(oldest.at + this.#options.resendInterval - clock.now(), () => {
        this.#cancelForgetting = undefined

        if (this.#forgetOld() && !this.#gone) {
          this.#components.owner.streamProven()
        }

        if (this.#gone && !this.isUnproven) {
          this.#components.owner.streamForgot(this)
        }

        this.#scheduleForgetting()
      })
    }
  }

  #forgetOld (): boolean {
    const from = this.#components.clock.now() - this.#options.resendInterval
    let forgotten = false

    for (let oldest = this.#sent[0]; oldest != null && oldest.at <= from; oldest = this.#sent[0]) {
      this.#sent.shift()
      this.#sentSize -= oldest.size
      forgotten = true
    }

    return forgotten
  }

  /** What was sent lately may be lost: says so. False when that was nothing. */
  #lose (error: Error): boolean {
    const lost = this.#sent.splice(0)

    for (const sent of lost) {
      this.#components.owner.lostAfterSent()
      sent.lost(error)
    }

    return lost.length > 0
  }

  #leave (): void {
    this.#gone = true
    this.#sent.length = 0
    this.#sentSize = 0
    this.#cancelForgetting?.()
    this.#cancelForgetting = undefined
  }
}
