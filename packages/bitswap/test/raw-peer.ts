/** A peer that speaks the wire by hand: says what a test tells it to, and keeps what it hears. */
import { decodeMessage, encodeFrame, Unframer } from 'ts-bitswap/message'
import { BitswapProtocol } from 'ts-bitswap'
import type { Message, ReceivedMessage } from 'ts-bitswap/message'
import type { VirtualNetwork, VirtualNode } from 'ts-bitswap/testing'

type RawStream = Awaited<ReturnType<VirtualNode['openStream']>>

export class RawPeer {
  readonly node: VirtualNode
  readonly heard: ReceivedMessage[] = []
  readonly #network: VirtualNetwork
  #stream: RawStream | undefined
  /** Streams that others opened to us, and that have ended. */
  closed = 0

  constructor (network: VirtualNetwork) {
    this.#network = network
    this.node = network.createNode({ protocols: [BitswapProtocol.V120] })
  }

  async start (): Promise<this> {
    await this.node.start({
      peerConnected: () => {},
      peerDisconnected: () => {},
      streamOpened: (_peer, stream) => {
        const unframer = new Unframer()

        stream.read({
          data: bytes => {
            unframer.push(bytes)

            for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
              this.heard.push(decodeMessage(frame))
            }
          },
          ended: () => {},
          closed: () => { this.closed++ }
        })
      }
    })

    return this
  }

  /** Says a message, or any bytes, on a stream that is kept. */
  async say (to: VirtualNode, said: Partial<Message> | Uint8Array): Promise<void> {
    if (this.#stream == null) {
      this.#stream = await this.#network.clock.run(this.node.openStream(to.self))
      this.#stream.read({ data: () => {}, ended: () => {}, closed: () => { this.#stream = undefined } })
    }

    this.#stream.send(said instanceof Uint8Array
      ? said
      : encodeFrame({ full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...said }, 'v1'))
  }

  /** Is the stream it speaks on still open? */
  get isHeard (): boolean {
    return this.#stream != null
  }

  /** CIDs of the wants it heard, in short words: `block …`, `have …`, `cancel …`. */
  get words (): string[] {
    return this.heard.flatMap(message => [
      ...message.cancels.map(cid => `cancel ${cid}`),
      ...message.wants.map(want => `${want.wantType} ${want.cid}`)
    ])
  }
}
