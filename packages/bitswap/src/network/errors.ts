/** What goes wrong with peers and streams. */
import type { PeerId } from '@libp2p/interface'

/** No connection to this peer is open that we may use. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError'
  readonly peer: PeerId

  constructor (peer: PeerId, options?: ErrorOptions) {
    super(`no usable connection to ${peer}`, options)
    this.peer = peer
  }
}

/** Written to a stream after our side was closed, or the stream was gone. */
export class StreamClosedError extends Error {
  override readonly name = 'StreamClosedError'

  constructor (message: string = 'the stream is closed', options?: ErrorOptions) {
    super(message, options)
  }
}

/** Opening a stream, or writing a message to it, took longer than allowed. */
export class StreamTimeoutError extends Error {
  override readonly name = 'StreamTimeoutError'
  readonly peer: PeerId
  /** Milliseconds it was given. */
  readonly timeout: number

  constructor (doing: string, peer: PeerId, timeout: number) {
    super(`${doing} ${peer} took longer than ${timeout} ms`)
    this.peer = peer
    this.timeout = timeout
  }
}
