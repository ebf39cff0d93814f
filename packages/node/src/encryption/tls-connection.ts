/**
 * A socket of tls as a libp2p connection. As that of `@libp2p/tls`, but that much
 * is done in one go: what goes out in one call leaves as one piece, and not the
 * header of a frame alone and the rest after it; what only acknowledges goes along
 * with what is said next; and records that come in a turn of the event loop are
 * handed on together, not each (16 KiB) by itself.
 *
 * How it ends: libp2p closes the connection below, never this one. That has been
 * told to come here, so that what tls still holds is written, and not cut off.
 *
 * Limits: what is read in a turn is kept until its end at the latest: libuv reads
 * 2 MiB at the most, less than what libp2p lets a connection hold.
 */
import type { AbortOptions, MessageStream, StreamCloseEvent } from '@libp2p/interface'
import { AbstractMessageStream } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { Uint8ArrayList } from 'uint8arraylist'
import { takeEnding } from './tcp-socket.ts'

/**
 * Bytes that are handed on together at first, and twice as many each time as long
 * as turns bring no less: who waits for one block gets it before the last is
 * read, and who fetches many has the least to do for each. When so many have come
 * nothing is held back.
 */
const AT_FIRST = 131_072

/**
 * A frame of yamux without data, in bytes: it makes room, or opens or ends a stream
 * (https://github.com/hashicorp/yamux/blob/master/spec.md). It needs not leave at
 * once, and alone it costs a record of tls and a write here, and a read there.
 */
const HEADER_SIZE = 12

export class TlsConnection extends AbstractMessageStream {
  readonly #transport: MessageStream
  readonly #socket: TLSSocket
  /** What has come in this turn. */
  #came: Uint8Array[] = []
  #cameBytes = 0
  #turnBytes = 0
  /** Bytes that are handed on together. */
  #atOnce = AT_FIRST
  /** While what is written is held back. */
  #releasing: NodeJS.Immediate | undefined
  /** Bytes that have come since: the peer may be waiting for room. */
  #cameSince = 0
  #closing: Promise<void> | undefined

  /** @param transport - the connection below, which has left its socket to `socket` */
  constructor (transport: MessageStream, socket: TLSSocket) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = transport

    super({ log, inactivityTimeout, maxReadBufferLength, direction })
    this.#transport = transport
    this.#socket = socket

    socket.on('data', (bytes: Buffer) => { this.#take(bytes) })
    socket.on('drain', () => { this.safeDispatchEvent('drain') })
    socket.on('error', (error: Error) => { transport.abort(error) })
    // at once: who has hung up reads no more, and Node does not notice when the last write fails just then
    socket.on('end', () => { socket.destroy() })
    socket.on('close', () => { this.#closing = this.#closeTransport() })
    transport.addEventListener('close', event => { this.#transportClosed(event) })
    takeEnding(transport, socket, async options => { await this.#end(options) })
  }

  async close (options?: AbortOptions): Promise<void> {
    await this.#end(options)
    // the transport may take longer
    await this.#closing
  }

  sendData (data: Uint8ArrayList): SendResult {
    let canSendMore = true

    if (!this.#socket.writable) {
      // over, as will be told soon: an error would cut off what was sent before
      return { sentBytes: data.byteLength, canSendMore }
    }

    if (this.#releasing == null) {
      this.#socket.cork()
    }

    // all of it, be there room or not: it is one frame, and its header would leave alone
    for (const bytes of data) {
      canSendMore = this.#socket.write(bytes)
    }

    if (data.byteLength > HEADER_SIZE) {
      this.#release()
    } else if (this.#releasing == null) {
      this.#releaseSoon()
    }

    return { sentBytes: data.byteLength, canSendMore }
  }

  /** What is written waits for what is said in this turn of the event loop or the next. */
  #releaseSoon (): void {
    this.#cameSince = 0
    this.#releasing = setImmediate(() => {
      this.#releasing = setImmediate(() => { this.#release() })
    })
  }

  #release (): void {
    clearImmediate(this.#releasing)
    this.#releasing = undefined
    this.#socket.uncork()
  }

  sendPause (): void {
    this.#socket.pause()
  }

  sendResume (): void {
    this.#socket.resume()
  }

  sendReset (error: Error): void {
    // first: once the socket of tls is closed, that below has ended as if all were well
    this.#transport.abort(error)
    this.#socket.destroy()
  }

  /** Writes what was sent before, and closes. */
  async #end (options?: AbortOptions): Promise<void> {
    if (this.#socket.closed) {
      return
    }

    // no longer held back until there is room
    this.writableNeedsDrain = false
    this.processSendQueue()
    this.writableNeedsDrain = false
    this.#socket.destroySoon()
    await once(this.#socket, 'close', options)
  }

  #take (bytes: Uint8Array): void {
    if (this.#turnBytes === 0) {
      setImmediate(() => { this.#endTurn() })
    }

    this.#came.push(bytes)
    this.#cameBytes += bytes.byteLength
    this.#turnBytes += bytes.byteLength
    this.#cameSince += bytes.byteLength

    if (this.#releasing != null && this.#cameSince >= AT_FIRST) {
      this.#release()
    }

    if (this.#cameBytes >= this.#atOnce) {
      this.#atOnce = 2 * this.#cameBytes
      this.#handOn()
    }
  }

  #endTurn (): void {
    if (this.#turnBytes < AT_FIRST) {
      this.#atOnce = AT_FIRST
    }

    this.#turnBytes = 0
    this.#handOn()
  }

  #handOn (): void {
    const came = this.#came

    if (came.length > 0) {
      this.#came = []
      this.#cameBytes = 0
      this.onData(came.length === 1 ? came[0] as Uint8Array : new Uint8ArrayList(...came))
    }
  }

  async #closeTransport (): Promise<void> {
    try {
      await this.#transport.close()
    } catch (error) {
      this.#transport.abort(error as Error)
    }
  }

  /** Tells of it what is told of the transport: whether it ended well, and by whom. */
  #transportClosed ({ error, local = false }: StreamCloseEvent): void {
    this.#socket.destroy()
    this.#handOn()

    if (error == null) {
      this.onTransportClosed()
    } else if (local) {
      this.abort(error)
    } else {
      this.onRemoteReset()
    }
  }
}
