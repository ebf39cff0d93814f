/**
 * Agrees on the protocol of a stream that a peer opens in one step, where its first
 * bytes say all. libp2p does so in some ten promises and two writes, a seventh of
 * all it takes to get a block of 16 KiB from Kubo, which opens a stream for each
 * message and sends both lines of its greeting and the message in one go. What takes
 * another course is left to libp2p as it came, and so is all that comes after:
 * limits, middleware, the handler.
 *
 * Limits: it waits for nothing. What is not there when the muxer has dealt with the
 * bytes that opened the stream is left to libp2p, and with it the time it may take.
 * An answer for which there is no room waits in the stream, and the handler runs
 * meanwhile.
 */
import { MuxerClosedError, StreamMessageEvent, TypedEventEmitter } from '@libp2p/interface'
import type {
  AbortOptions, CreateStreamOptions, MessageStream, Stream, StreamHandlerRecord, StreamMuxer, StreamMuxerEvents, StreamMuxerFactory, StreamMuxerStatus
} from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { readGreeting } from './greeting.ts'

type StreamData = Uint8Array | Uint8ArrayList

/** What it needs of libp2p, which has it. */
export interface PromptComponents {
  registrar: {
    /** @throws when nobody speaks it */
    getHandler (protocol: string): StreamHandlerRecord
  }
}

/**
 * To be one of the `streamMuxers` of libp2p: `promptMuxer(yamux())` in place of
 * `yamux()`. Both ends need not have it: on the wire the two lines of the answer come
 * in one frame, and all else is the same. It throws nothing of its own; a stream on
 * which the answer cannot be sent is reset.
 */
export function promptMuxer<Components extends PromptComponents> (create: (components: Components) => StreamMuxerFactory): (components: Components) => StreamMuxerFactory {
  return components => {
    const factory = create(components)

    return {
      // what libp2p is told that it can do, too
      ...factory,
      protocol: factory.protocol,
      createStreamMuxer: (connection: MessageStream) => new PromptMuxer(factory.createStreamMuxer(connection), components)
    }
  }
}

export class PromptMuxer extends TypedEventEmitter<StreamMuxerEvents> implements StreamMuxer {
  readonly protocol: string
  /** That does all else. */
  readonly muxer: StreamMuxer
  readonly #components: PromptComponents
  readonly #onStream = ({ detail }: CustomEvent<Stream>): void => { this.#opened(detail) }

  constructor (muxer: StreamMuxer, components: PromptComponents) {
    super()
    this.protocol = muxer.protocol
    this.muxer = muxer
    this.#components = components
  }

  get streams (): Stream[] {
    return this.muxer.streams
  }

  get status (): StreamMuxerStatus {
    return this.muxer.status
  }

  async createStream (options?: CreateStreamOptions): Promise<Stream> {
    return await this.muxer.createStream(options)
  }

  async close (options?: AbortOptions): Promise<void> {
    await this.muxer.close(options)
  }

  abort (error: Error): void {
    this.muxer.abort(error)
  }

  /** The muxer keeps the streams that come before anybody listens, and tells of them when somebody does. */
  override addEventListener (...args: Parameters<TypedEventEmitter<StreamMuxerEvents>['addEventListener']>): void {
    super.addEventListener(...args)

    // a signal that is aborted adds nobody
    if (this.listenerCount('stream') > 0) {
      this.muxer.addEventListener('stream', this.#onStream)
    }
  }

  /** And again when nobody listens any more. */
  override removeEventListener (...args: Parameters<TypedEventEmitter<StreamMuxerEvents>['removeEventListener']>): void {
    super.removeEventListener(...args)

    if (this.listenerCount('stream') === 0) {
      this.muxer.removeEventListener('stream', this.#onStream)
    }
  }

  #opened (stream: Stream): void {
    if (stream.protocol !== '') {
      // the muxer has agreed on it
      this.#tell(stream)
      return
    }

    let told = false
    const onMessage = ({ data }: StreamMessageEvent): void => {
      stream.removeEventListener('message', onMessage)

      if (!this.#agree(stream, data)) {
        told = true
        this.#leave(stream, data)
      }
    }

    stream.addEventListener('message', onMessage)
    // when the bytes have been dealt with that it was opened by, and it may have been ended by
    queueMicrotask(() => {
      stream.removeEventListener('message', onMessage)

      if (!told && stream.status === 'open') {
        this.#tell(stream)
      }
    })
  }

  /** Who listened when it was opened may have gone. */
  #tell (stream: Stream): void {
    if (this.listenerCount('stream') === 0) {
      stream.abort(new MuxerClosedError('nobody listens for streams any more'))
      return
    }

    this.safeDispatchEvent('stream', { detail: stream })
  }

  /**
   * As it came. An end may come in the same bytes: were it there before libp2p has
   * read what was put back, libp2p could put nothing back itself, and reset the
   * stream. Where it is there already, libp2p looks for something to read first.
   */
  #leave (stream: Stream, data: StreamData): void {
    if (stream.remoteWriteStatus === 'closed') {
      stream.unshift(data)
      this.#tell(stream)
    } else {
      this.#tell(stream)
      handOn(stream, data)
    }
  }

  /** False when it is left to libp2p. A stream that is over needs nobody. */
  #agree (stream: Stream, data: StreamData): boolean {
    const greeting = readGreeting(data)

    if (greeting == null || !this.#speaks(greeting.protocol)) {
      return false
    }

    try {
      stream.send(greeting.bytes)
      stream.protocol = greeting.protocol
      stream.unshift(restOf(data, greeting.bytes.length))
    } catch (error) {
      stream.abort(error as Error)
    }

    return true
  }

  #speaks (protocol: string): boolean {
    try {
      return this.#components.registrar.getHandler(protocol) != null
    } catch {
      return false
    }
  }
}

/** In the same turn: what is put back is read in a later one, behind what comes in this. */
function handOn (stream: Stream, data: StreamData): void {
  if (stream.readStatus === 'readable' && stream.listenerCount('message') > 0) {
    stream.dispatchEvent(new StreamMessageEvent(data))
  } else if (stream.readStatus === 'readable' || stream.readStatus === 'paused') {
    stream.unshift(data)
  }
}

function restOf (data: StreamData, from: number): StreamData {
  return data instanceof Uint8Array ? data.subarray(from) : data.sublist(from)
}
