/**
 * Agrees on the protocol of a stream that a peer opens in one step, where its first
 * bytes say all. libp2p does so with any stream in some ten promises, two writes and
 * a timer: more than all else it takes to get a block of 16 KiB from Kubo, which opens
 * a stream for each message and sends both lines of its greeting and the message in
 * one go. What takes another course is left to libp2p as it came, and so is all that
 * comes after: limits, middleware, the handler.
 *
 * Limits: it waits for nothing. What is not there when the muxer has dealt with the
 * bytes that opened the stream is left to libp2p, and with it the time it may take.
 */
import { TypedEventEmitter } from '@libp2p/interface'
import type {
  AbortOptions, CreateStreamOptions, MessageStream, Stream, StreamHandlerRecord, StreamMessageEvent, StreamMuxer, StreamMuxerEvents, StreamMuxerFactory, StreamMuxerStatus
} from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { readGreeting } from './greeting.ts'

type StreamData = Uint8Array | Uint8ArrayList

export interface PromptComponents {
  registrar: {
    /** @throws UnhandledProtocolError */
    getHandler (protocol: string): StreamHandlerRecord
  }
}

/** To be one of the `streamMuxers` of libp2p: `promptMuxer(yamux())` in place of `yamux()`. */
export function promptMuxer<Components extends PromptComponents> (create: (components: Components) => StreamMuxerFactory): (components: Components) => StreamMuxerFactory {
  return components => {
    const factory = create(components)

    return {
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

    if (args[0] === 'stream') {
      this.muxer.addEventListener('stream', this.#onStream)
    }
  }

  #opened (stream: Stream): void {
    let told = false
    const onMessage = ({ data }: StreamMessageEvent): void => { tell(data) }
    const tell = (data?: StreamData): void => {
      if (told) {
        return
      }

      told = true
      stream.removeEventListener('message', onMessage)

      if (data == null || this.#agree(stream, data)) {
        this.safeDispatchEvent('stream', { detail: stream })
      }
    }

    stream.addEventListener('message', onMessage)
    // when the bytes have been dealt with that it was opened by
    queueMicrotask(tell)
  }

  /** What was read and is no greeting is put back. False when the stream is over. */
  #agree (stream: Stream, data: StreamData): boolean {
    const greeting = readGreeting(data)

    try {
      if (greeting == null || !this.#speaks(greeting.protocol)) {
        stream.unshift(data)

        return true
      }

      stream.send(greeting.bytes)
      stream.protocol = greeting.protocol
      stream.unshift(restOf(data, greeting.bytes.length))
    } catch (error) {
      stream.abort(error as Error)

      return false
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

function restOf (data: StreamData, from: number): StreamData {
  return data instanceof Uint8Array ? data.subarray(from) : data.sublist(from)
}
