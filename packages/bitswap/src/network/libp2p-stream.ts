/**
 * A libp2p stream as a {@link NetworkStream}: what arrives in the order it was
 * sent, then `ended`, then `closed`, whatever order libp2p tells of it in; and
 * waiting for room that can be relied on.
 *
 * Not for: what the bytes mean, time limits, reopening.
 *
 * Limits: while paused, at most {@link MAX_PAUSED_SIZE} bytes are kept, after
 * which libp2p resets the stream. Writing keeps whatever `send` is handed:
 * callers who wait for `drained` when it says so have one piece kept for them.
 */
import type { AbortOptions, Logger, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { detach } from '../core/detach.ts'
import { StreamClosedError } from './errors.ts'
import type { NetworkStream, StreamReader } from './network.ts'
import type { BitswapProtocol } from './protocols.ts'

/**
 * What a paused stream may hold. A paused yamux stream asks for no more, but
 * the peer may fill the window it was granted before: up to 16 MiB by default
 * (`maxStreamWindowSize`), while libp2p resets a stream that holds more than
 * 4 MiB. One MiB is for what was read and not delivered when the pause began.
 */
export const MAX_PAUSED_SIZE: number = 17 * 1024 * 1024

export interface Libp2pStreamComponents {
  log: Logger
  /** The stream is over, and nothing of it is left to deliver. */
  released: () => void
}

export class Libp2pStream implements NetworkStream {
  readonly protocol: BitswapProtocol
  readonly #stream: Stream
  readonly #components: Libp2pStreamComponents
  #reader: StreamReader | undefined
  /** We ended our side, or are about to. */
  #closing = false
  /** The peer ended its side; bytes may still be on their way to the reader. */
  #remoteEnded: boolean
  /** Libp2p has done with it: with an error, or both sides ended. */
  #gone = false
  #error: Error | undefined
  #toldEnded = false
  #toldClosed = false
  #settling = false
  #released = false

  /** @param stream - one that was just opened: what happens to it in this turn is seen */
  constructor (stream: Stream, protocol: BitswapProtocol, components: Libp2pStreamComponents) {
    this.protocol = protocol
    this.#stream = stream
    this.#components = components
    this.#remoteEnded = stream.remoteWriteStatus === 'closed'

    if (stream.status === 'open') {
      stream.addEventListener('remoteCloseWrite', this.#onRemoteEnd)
      stream.addEventListener('close', this.#onClose)
    } else {
      this.#gone = true
      this.#error = new StreamClosedError(`the stream was ${stream.status} when it came`)
    }
  }

  get unsent (): number {
    return this.#stream.writeBufferLength
  }

  send (bytes: Uint8Array | Uint8ArrayList): boolean {
    if (this.#closing) {
      throw new StreamClosedError('our side of the stream is closed')
    }

    try {
      return this.#stream.send(bytes)
    } catch (error) {
      throw new StreamClosedError(undefined, { cause: error })
    }
  }

  /**
   * Stands on the 'drain' event, as the `onDrain` of libp2p works once only
   * (`@libp2p/utils` 7.4.1). The event says that the connection has room; a
   * stream whose own window is used up still has none then, hence the loop.
   */
  async drained (options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()

    while (this.#stream.writableNeedsDrain || this.#gone) {
      await this.#nextDrain(options.signal)

      if (this.#stream.writableNeedsDrain) {
        options.signal?.throwIfAborted() // in the turn of that drain, when nobody listened any more
      }
    }
  }

  read (reader: StreamReader): void {
    this.#reader = reader
    // what came before is kept by libp2p, and delivered in a microtask from now
    this.#stream.addEventListener('message', this.#onMessage)
    this.#settle()
  }

  pause (): void {
    if (this.#gone || this.#stream.readStatus !== 'readable') {
      return
    }

    if (this.#stream.maxReadBufferLength < MAX_PAUSED_SIZE) {
      this.#stream.maxReadBufferLength = MAX_PAUSED_SIZE
    }

    this.#stream.pause()
  }

  resume (): void {
    if (this.#toldClosed || this.#stream.readStatus !== 'paused') {
      return
    }

    try {
      this.#stream.resume()
    } catch (error) {
      // what was kept is delivered first; then the peer is asked for more, which fails when the connection has gone
      this.#components.log('could not ask for more - %e', error)
    }

    this.#settle()
  }

  /**
   * When `signal` aborts before all is sent our side is neither open nor ended:
   * {@link abort} is what is left to do.
   *
   * @throws StreamClosedError when the stream ended before all was sent
   */
  async close (options: AbortOptions = {}): Promise<void> {
    if (this.#closing || this.#gone) {
      return
    }

    this.#closing = true
    await this.drained(options)

    try {
      await this.#stream.close(options)
    } catch (error) {
      options.signal?.throwIfAborted()
      // not every rejection here is an Error: libp2p also rejects with events
      throw new StreamClosedError('the stream ended while it was being closed', { cause: error })
    }
  }

  abort (error: Error): void {
    this.#stream.abort(error)
    // libp2p says nothing when both sides had ended, though bytes may be kept here
    this.#end(error)
  }

  /** Resolves at the next 'drain', once libp2p has written on what it kept. */
  async #nextDrain (signal: AbortSignal | undefined): Promise<void> {
    if (this.#gone) {
      throw new StreamClosedError(undefined, { cause: this.#error })
    }

    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onClose = (): void => { reject(new StreamClosedError(undefined, { cause: this.#error })) }
    const onAbort = (): void => { reject(signal?.reason) }
    const onDrain = (): void => { resolve() }

    this.#stream.addEventListener('drain', onDrain)
    this.#stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)

    try {
      await promise
    } finally {
      this.#stream.removeEventListener('drain', onDrain)
      this.#stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    if (this.#toldClosed) {
      return
    }

    this.#reader?.data(event.data)

    if (this.#remoteEnded) {
      this.#settle()
    }
  }

  readonly #onRemoteEnd = (): void => {
    this.#remoteEnded = true
    this.#settle()
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    const complete = this.#remoteEnded && this.#closing && this.#stream.writeBufferLength === 0

    if (event.error == null && complete) {
      this.#gone = true
      this.#settle()
    } else {
      // a connection that closes ends its streams without an error: what was under way is lost all the same
      this.#end(event.error ?? new StreamClosedError('the connection closed'))
    }
  }

  #end (error: Error): void {
    this.#gone = true
    this.#error ??= error

    if (this.#reader != null) {
      this.#tellClosed()
    } else {
      this.#release()
    }
  }

  /**
   * Tells the reader of an end, if there is one and all before it was
   * delivered. A microtask from now: the end of the peer's side may come on the
   * frame that carries its last bytes, and is told before them.
   */
  #settle (): void {
    if (this.#settling) {
      return
    }

    this.#settling = true
    detach(Promise.resolve().then(() => {
      this.#settling = false
      this.#tell()
    }), this.#components.log, 'telling the end of a stream')
  }

  #tell (): void {
    if (this.#reader == null || this.#toldClosed) {
      return
    }

    if (this.#error != null) {
      this.#tellClosed()
      return
    }

    if (this.#remoteEnded && !this.#toldEnded && this.#stream.readBufferLength === 0) {
      this.#toldEnded = true
      this.#reader.ended()
    }

    if (this.#gone && this.#toldEnded) {
      this.#tellClosed()
    }
  }

  #tellClosed (): void {
    if (this.#toldClosed) {
      return
    }

    this.#toldClosed = true
    this.#release()
    this.#reader?.closed(this.#error)
  }

  #release (): void {
    if (this.#released) {
      return
    }

    this.#released = true
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onRemoteEnd)
    this.#stream.removeEventListener('close', this.#onClose)
    this.#components.released()
  }
}
