/** Two muxers that are each other's ends: a plain one, and one that agrees at once or is plain as well. */
import type { Logger, Stream, StreamHandlerRecord, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { AbstractMessageStream } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { setImmediate } from 'node:timers/promises'
import { Uint8ArrayList } from 'uint8arraylist'
import { promptMuxer } from '../src/muxing/prompt-muxer.ts'
import type { PromptComponents } from '../src/muxing/prompt-muxer.ts'
import { quietLogger } from '../src/node/quiet-logger.ts'

export const MULTISTREAM = '\x13/multistream/1.0.0\n'
export const SPOKEN = '/spoken/1.0.0'
export const GREETING: string = `${MULTISTREAM}\x0e${SPOKEN}\n`

type CreateFactory = (components: PromptComponents) => StreamMuxerFactory

export const plain: () => StreamMuxerFactory = yamux({ enableKeepAlive: false })
export const prompt: CreateFactory = promptMuxer(plain)

export const registrar: PromptComponents['registrar'] = {
  getHandler (protocol: string): StreamHandlerRecord {
    if (protocol !== SPOKEN) {
      throw new Error(`nobody speaks ${protocol}`)
    }

    return { handler: () => {}, options: {} }
  }
}

/** One end of a connection: what is sent stays there until it is delivered, all in one piece. */
class End extends AbstractMessageStream {
  readonly #sent: Uint8ArrayList = new Uint8ArrayList()

  constructor (direction: 'inbound' | 'outbound') {
    super({ direction, log: quietLogger({})?.forComponent('test') as Logger })
  }

  sendData (data: Uint8ArrayList): SendResult {
    this.#sent.append(data.slice())

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

export interface Pair {
  /** Of one who has no idea of all this. */
  client: StreamMuxer
  server: StreamMuxer
  /** What each has sent comes to the other. */
  deliver: () => Promise<void>
}

/** @param create - of the server */
export function pair (create: CreateFactory = prompt, spoken: PromptComponents['registrar'] = registrar): Pair {
  const [outbound, inbound] = [new End('outbound'), new End('inbound')]

  return {
    client: plain().createStreamMuxer(outbound),
    server: create({ registrar: spoken }).createStreamMuxer(inbound),
    async deliver () {
      await setImmediate()
      outbound.deliver(inbound)
      inbound.deliver(outbound)
      await setImmediate()
    }
  }
}

/** Streams the peer opens, as libp2p is told of them. */
export function tell (muxer: StreamMuxer): Stream[] {
  const told: Stream[] = []

  muxer.addEventListener('stream', ({ detail }) => { told.push(detail) })

  return told
}

/** What is read from a stream from now on. */
export function read (stream: Stream | undefined): string[] {
  const text: string[] = []

  stream?.addEventListener('message', ({ data }) => { text.push(new TextDecoder().decode(data.subarray())) })

  return text
}

export async function open ({ client }: Pair, ...pieces: string[]): Promise<Stream> {
  const stream = await client.createStream()

  for (const piece of pieces) {
    stream.send(new TextEncoder().encode(piece))
  }

  return stream
}
