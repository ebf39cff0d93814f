/** The stream of the fake libp2p (`fake-libp2p.ts`): a test plays the peer and the connection. */
import { StreamAbortEvent, StreamCloseEvent, StreamMessageEvent, StreamResetError, StreamResetEvent, StreamStateError } from '@libp2p/interface'
import type { MessageStreamEvents } from '@libp2p/interface'
import { TypedEventEmitter } from 'main-event'
import { Uint8ArrayList } from 'uint8arraylist'

/** A stream with a send window and a read buffer, after AbstractMessageStream and yamux. */
export class FakeStream extends TypedEventEmitter<MessageStreamEvents> {
  readonly id = '1'
  protocol: string
  status = 'open'
  readStatus = 'readable'
  writeStatus = 'writable'
  remoteWriteStatus = 'writable'
  writableNeedsDrain = false
  maxReadBufferLength = 4_194_304
  /** What the other side has got of ours. */
  readonly delivered: Uint8Array[] = []
  readonly #writeBuffer = new Uint8ArrayList()
  readonly #readBuffer = new Uint8ArrayList()
  #window: number

  constructor (protocol: string, window: number = Infinity) {
    super()
    this.protocol = protocol
    this.#window = window
    this.addEventListener('drain', () => {
      this.writableNeedsDrain = false
      queueMicrotask(() => { this.#write() })
    })
  }

  get readBufferLength (): number {
    return this.#readBuffer.byteLength
  }

  get writeBufferLength (): number {
    return this.#writeBuffer.byteLength
  }

  /** Listeners by type, of those that tests count. */
  get listeners (): number {
    const types = ['message', 'drain', 'close', 'remoteCloseWrite']

    return types.reduce((sum, type) => sum + this.listenerCount(type), 0) - 1 // its own
  }

  override addEventListener (type: string, listener: unknown, options?: unknown): void {
    super.addEventListener(type as 'message', listener as () => void, options as boolean)

    if (type === 'message' && this.#readBuffer.byteLength > 0) {
      queueMicrotask(() => { this.#dispatch() })
    }
  }

  send (bytes: Uint8Array): boolean {
    if (this.writeStatus !== 'writable') {
      throw new StreamStateError(`Cannot write to a stream that is ${this.writeStatus}`)
    }

    this.#writeBuffer.append(bytes)

    return this.#write()
  }

  async close (): Promise<void> {
    if (this.writeStatus !== 'writable') {
      return
    }

    this.writeStatus = 'closed'

    if (this.remoteWriteStatus === 'closed') {
      this.transportClosed()
    }
  }

  abort (error: Error): void {
    if (this.status === 'open') {
      this.#over('aborted')
      this.dispatchEvent(new StreamAbortEvent(error))
    }
  }

  pause (): void {
    this.readStatus = 'paused'
  }

  resume (): void {
    this.readStatus = 'readable'
    this.#dispatch()
  }

  // what happens outside

  arrive (bytes: Uint8Array): void {
    this.#readBuffer.append(bytes)
    this.#dispatch()
  }

  remoteEnd (): void {
    this.remoteWriteStatus = 'closed'
    this.safeDispatchEvent('remoteCloseWrite')

    if (this.writeStatus === 'closed') {
      this.transportClosed()
    }
  }

  remoteReset (): void {
    this.#over('reset')
    this.dispatchEvent(new StreamResetEvent(new StreamResetError('the stream has been reset')))
  }

  /** Both sides ended, or the connection is gone: libp2p says the same of either. */
  transportClosed (): void {
    this.writeStatus = 'closed'
    this.remoteWriteStatus = 'closed'

    if (this.status === 'open') {
      this.status = 'closed'
      this.dispatchEvent(new StreamCloseEvent())
    }
  }

  /** The peer allows so much more. */
  grant (size: number): void {
    this.#window += size

    if (this.#writeBuffer.byteLength > 0) {
      this.safeDispatchEvent('drain')
    }
  }

  /** The connection is full, for all its streams, until its drain. */
  connectionFull (): void {
    this.writableNeedsDrain = true
  }

  connectionDrained (): void {
    this.safeDispatchEvent('drain')
  }

  #write (): boolean {
    if (this.writableNeedsDrain) {
      return false
    }

    const size = Math.min(this.#window, this.#writeBuffer.byteLength)

    if (size > 0) {
      this.delivered.push(this.#writeBuffer.slice(0, size))
      this.#writeBuffer.consume(size)
      this.#window -= size
    }

    this.writableNeedsDrain = this.#writeBuffer.byteLength > 0

    return !this.writableNeedsDrain
  }

  #dispatch (): void {
    if (this.listenerCount('message') > 0 && this.#readBuffer.byteLength > 0 && this.readStatus === 'readable') {
      const bytes = this.#readBuffer.sublist()
      this.#readBuffer.consume(bytes.byteLength)
      this.dispatchEvent(new StreamMessageEvent(bytes))
    }

    if (this.#readBuffer.byteLength === 0 && this.remoteWriteStatus === 'closed') {
      this.readStatus = 'closed'
    }
  }

  #over (status: string): void {
    this.status = status
    this.writeStatus = 'closed'
    this.remoteWriteStatus = 'closed'
    this.#writeBuffer.consume(this.#writeBuffer.byteLength)
  }
}
