/** A raw peer that says what a test tells it to, on one stream that it keeps. */
import { encodeFrame } from '../../src/message/frame.ts'
import { BitswapProtocol } from '../../src/network/protocols.ts'
import { RawPeer } from './raw-peer.ts'
import type { RawStream } from './raw-peer.ts'
import type { Message } from '../../src/message/message.ts'
import type { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualNode } from '../../src/testing/virtual-node.ts'

export class TalkingPeer extends RawPeer {
  #stream: RawStream | undefined

  constructor (network: VirtualNetwork) {
    super(network, { protocols: [BitswapProtocol.V120] })
  }

  /** Says a message, or any bytes; on a new stream when the last was ended by the other. */
  async say (to: VirtualNode, said: Partial<Message> | Uint8Array): Promise<void> {
    if (!this.isHeard) {
      this.#stream = await this.open(to.self)
    }

    this.#stream?.stream.send(said instanceof Uint8Array
      ? said
      : encodeFrame({ full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...said }, 'v1'))
  }

  /** Is the stream it speaks on still open? */
  get isHeard (): boolean {
    return this.#stream != null && !this.#stream.events.some(event => event.startsWith('closed'))
  }

  /** What it was told of wants, in short: `block …`, `have …`, `cancel …`. */
  get words (): string[] {
    return this.messages.flatMap(message => [
      ...message.cancels.map(cid => `cancel ${cid}`),
      ...message.wants.map(want => `${want.wantType} ${want.cid}`)
    ])
  }
}
