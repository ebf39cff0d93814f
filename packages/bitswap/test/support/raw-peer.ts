/**
 * A peer that a test plays by hand: takes the streams that are opened to it,
 * reads messages from them, and does with them what it is told to.
 */
import type { PeerId } from '@libp2p/interface'
import { detach } from '../../src/core/detach.ts'
import { decodeMessage } from '../../src/message/codec.ts'
import { encodeFrame, Unframer } from '../../src/message/frame.ts'
import type { Message, ReceivedMessage } from '../../src/message/message.ts'
import type { NetworkReceiver, NetworkStream } from '../../src/network/network.ts'
import type { BitswapProtocol } from '../../src/network/protocols.ts'
import { silentLogger } from '../../src/testing/silent-logger.ts'
import type { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualNode } from '../../src/testing/virtual-node.ts'

const log = silentLogger().forComponent('raw-peer')

/** A stream, and what came on it. */
export interface RawStream {
  stream: NetworkStream
  messages: ReceivedMessage[]
  /** Sizes of the pieces that came. */
  pieces: number[]
  /** `ended`, `closed`, `closed NAME`. */
  events: string[]
}

export class RawPeer implements NetworkReceiver {
  readonly node: VirtualNode
  readonly #network: VirtualNetwork
  /** Opened to us, in order. */
  readonly streams: RawStream[] = []
  /** Called for each stream that is opened to us, before it is read. */
  onStream: ((stream: NetworkStream, number: number) => void) | undefined
  /** Called for each message that comes. */
  onMessage: ((stream: NetworkStream, message: ReceivedMessage) => void) | undefined
  /** Closes its half when the other is closed, as good peers do. */
  closes = true

  constructor (network: VirtualNetwork, init: { protocols?: readonly BitswapProtocol[] } = {}) {
    this.#network = network
    this.node = network.createNode(init)
  }

  get peer (): PeerId {
    return this.node.self
  }

  /** All messages that came, stream by stream. */
  get messages (): ReceivedMessage[] {
    return this.streams.flatMap(({ messages }) => messages)
  }

  async start (): Promise<this> {
    await this.node.start(this)

    return this
  }

  /** Opens a stream to a peer. */
  async open (peer: PeerId): Promise<RawStream> {
    return this.#read(await this.#network.clock.run(this.node.openStream(peer)))
  }

  peerConnected (): void {}

  peerDisconnected (): void {}

  streamOpened (_peer: PeerId, stream: NetworkStream): void {
    const number = this.streams.length
    this.streams.push(this.#read(stream))
    this.onStream?.(stream, number)
  }

  #read (stream: NetworkStream): RawStream {
    const raw: RawStream = { stream, messages: [], pieces: [], events: [] }
    const unframer = new Unframer()

    stream.read({
      data: bytes => {
        raw.pieces.push(bytes.byteLength)
        unframer.push(bytes)

        for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
          const message = decodeMessage(frame)
          raw.messages.push(message)
          this.onMessage?.(stream, message)
        }
      },
      ended: () => {
        raw.events.push('ended')

        if (this.closes) {
          detach(stream.close(), log, 'closing')
        }
      },
      closed: error => { raw.events.push(error == null ? 'closed' : `closed ${error.name}`) }
    })

    return raw
  }
}

/** As bytes, with the length in front. */
export function frameOf (message: Message): Uint8Array {
  return encodeFrame(message, 'v1').slice()
}
