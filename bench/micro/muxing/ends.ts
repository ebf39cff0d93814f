/** Two muxers that are each other's ends, of which one agrees on streams at once. What is sent comes in one piece, as of a peer that writes much at a time. */
import type { Logger, Stream, StreamMuxer } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { AbstractMessageStream } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { setImmediate } from 'node:timers/promises'
import { promptMuxer } from 'ts-bitswap-node'
import { Uint8ArrayList } from 'uint8arraylist'

const PROTOCOL = '/spoken/1.0.0'
const MESSAGE = new TextEncoder().encode(`\x13/multistream/1.0.0\n\x0e${PROTOCOL}\nhello`)

class End extends AbstractMessageStream {
  readonly #sent: Uint8ArrayList = new Uint8ArrayList()

  constructor (direction: 'inbound' | 'outbound', log: Logger) {
    super({ direction, log })
  }

  sendData (data: Uint8ArrayList): SendResult {
    this.#sent.append(data)

    return { sentBytes: data.byteLength, canSendMore: true }
  }

  deliver (to: End): void {
    const came = this.#sent.sublist()

    this.#sent.consume(came.byteLength)
    to.onData(came)
  }

  sendReset (): void {}
  sendPause (): void {}
  sendResume (): void {}
  async close (): Promise<void> {}
}

export class Ends {
  readonly #outbound: End
  readonly #inbound: End
  readonly #client: StreamMuxer
  readonly #server: StreamMuxer
  /** Streams that were agreed on. */
  agreed = 0

  constructor () {
    const log = defaultLogger().forComponent('bench')
    const plain = yamux({ enableKeepAlive: false })

    this.#outbound = new End('outbound', log)
    this.#inbound = new End('inbound', log)
    this.#client = plain().createStreamMuxer(this.#outbound)
    this.#server = promptMuxer(plain)({ registrar: { getHandler: () => ({ handler: () => {}, options: {} }) } }).createStreamMuxer(this.#inbound)
    this.#server.addEventListener('stream', ({ detail: { protocol } }) => { this.agreed += Number(protocol === PROTOCOL) })
  }

  /** So many, each with a message; agreed on when they are here. */
  async open (count: number): Promise<Stream[]> {
    const streams = await Promise.all(Array.from({ length: count }, async () => await this.#client.createStream()))

    streams.forEach(stream => { stream.send(MESSAGE) })
    await this.deliver()

    return streams
  }

  /** What each has sent comes to the other. */
  async deliver (): Promise<void> {
    await setImmediate()
    this.#outbound.deliver(this.#inbound)
    this.#inbound.deliver(this.#outbound)
    await setImmediate()
  }
}
