/**
 * The least that a block can cost over libp2p: a request and an answer on one
 * open stream, of the sizes a want and a block of the chain have, with nothing
 * in them.
 */
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'

const PROTOCOL = '/bench/request/1.0.0'

/** A message with one want, and one with a block of 2 kB of payload: bytes as ours are on the wire. */
const REQUEST_SIZE = 47
const ANSWER_SIZE = 2_083

/** Answers whoever asks. */
export async function answerRequests (libp2p: Libp2p): Promise<void> {
  const answer = new Uint8Array(ANSWER_SIZE)

  await libp2p.handle(PROTOCOL, stream => { whenever(stream, REQUEST_SIZE, () => { stream.send(answer) }) })
}

export class Requests {
  readonly #stream: Stream
  #answered: () => void = () => {}

  private constructor (stream: Stream) {
    this.#stream = stream
    whenever(stream, ANSWER_SIZE, () => { this.#answered() })
  }

  static async open (libp2p: Libp2p, peer: PeerId): Promise<Requests> {
    const [connection] = libp2p.getConnections(peer)

    if (connection == null) {
      throw new Error(`not connected to ${peer}`)
    }

    return new Requests(await connection.newStream(PROTOCOL))
  }

  /** One call at a time. Resolves when the whole answer is here. */
  async ask (): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()

    this.#answered = resolve
    this.#stream.send(new Uint8Array(REQUEST_SIZE))
    await promise
  }
}

/** Calls back for every `size` bytes that come. */
function whenever (stream: Stream, size: number, come: () => void): void {
  let bytes = 0

  stream.addEventListener('message', ({ data }) => {
    for (bytes += data.byteLength; bytes >= size; bytes -= size) {
      come()
    }
  })
}
