/**
 * A peer that is played by hand: it speaks the wire directly, and may say what
 * it likes. It reads what comes, and keeps and shows it.
 *
 * Limits: of each stream the last 10 000 messages and sizes of pieces are kept.
 */
import { isPeerId } from '@libp2p/interface'
import type { PeerId } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { detach } from '../core/detach.ts'
import { decodeMessage } from '../message/codec.ts'
import { encodeFrame, Unframer } from '../message/frame.ts'
import type { Message, ReceivedMessage } from '../message/message.ts'
import type { NetworkReceiver, NetworkStream } from '../network/network.ts'
import { supportsPrefix } from '../network/protocols.ts'
import { nodeOf } from './member.ts'
import type { Member } from './member.ts'
import { silentLogger } from './silent-logger.ts'
import type { VirtualNode } from './wire/virtual-node.ts'

const log = silentLogger().forComponent('raw-peer')

const MAX_MESSAGES = 10_000

/** A stream, and what came on it. */
export interface RawStream {
  peer: PeerId
  stream: NetworkStream
  messages: ReceivedMessage[]
  /** Sizes of the pieces that came. */
  pieces: number[]
  /** `malformed`, `ended`, `closed`, `closed NAME`. */
  events: string[]
}

/** What a message says, where it says anything. */
export type PartialMessage = Partial<Message>

export class RawPeer implements NetworkReceiver {
  readonly node: VirtualNode
  /** Opened to us, in order. */
  readonly streams: RawStream[] = []
  /** Who is connected, as far as we were told. */
  readonly connected: Set<PeerId> = new Set()
  /** Called for each stream that is opened to us, before it is read. */
  onStream: ((stream: NetworkStream, number: number) => void) | undefined
  /** Called for each message that comes. */
  onMessage: ((from: PeerId, message: ReceivedMessage, stream: NetworkStream) => void) | undefined
  onConnected: ((peer: PeerId) => void) | undefined
  /** Closes its half when the other is closed, as good peers do. */
  closes = true
  readonly #outgoing: Map<string, Promise<RawStream>> = new Map()

  /** Not started: use `VirtualNetwork.rawPeer`. */
  constructor (node: VirtualNode) {
    this.node = node
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

  async stop (): Promise<void> {
    await this.node.stop()
  }

  /** Opens a stream of its own to a peer. */
  async open (peer: PeerId | Member): Promise<RawStream> {
    const id = toPeerId(peer)

    return this.#read(id, await this.node.openStream(id))
  }

  /**
   * Says something to a peer, or sends it any bytes, on the one stream that is
   * kept for that. Resolves when the stream has room for more.
   */
  async send (peer: PeerId | Member, said: PartialMessage | Uint8Array): Promise<void> {
    const stream = await this.#kept(toPeerId(peer))
    const bytes = said instanceof Uint8Array ? said : frameOf(said, supportsPrefix(stream.protocol) ? 'v1' : 'v0')

    if (!stream.send(bytes)) {
      await stream.drained()
    }
  }

  /** As {@link send}; what fails is of no interest. */
  say (peer: PeerId | Member, said: PartialMessage | Uint8Array): void {
    detach(this.send(peer, said), log, 'saying something')
  }

  /** Is the stream that it speaks to a peer on still open? */
  async isHeardBy (peer: PeerId | Member): Promise<boolean> {
    return isOpen(await this.#outgoing.get(toPeerId(peer).toString()))
  }

  /** What it was told of wants, in short: `block CID`, `have CID`, `cancel CID`. */
  get words (): string[] {
    return this.messages.flatMap(message => [
      ...message.cancels.map(cid => `cancel ${cid}`),
      ...message.wants.map(want => `${want.wantType} ${want.cid}`)
    ])
  }

  peerConnected (peer: PeerId): void {
    this.connected.add(peer)
    this.onConnected?.(peer)
  }

  peerDisconnected (peer: PeerId): void {
    this.connected.delete(peer)
    this.#outgoing.delete(peer.toString())
  }

  streamOpened (peer: PeerId, stream: NetworkStream): void {
    const number = this.streams.length
    this.streams.push(this.#read(peer, stream))
    this.onStream?.(stream, number)
  }

  async #kept (peer: PeerId): Promise<NetworkStream> {
    const key = peer.toString()
    let opening = this.#outgoing.get(key)

    if (opening == null || !isOpen(await opening)) {
      opening = this.open(peer)
      this.#outgoing.set(key, opening)
      // the next thing to be said gets another
      opening.catch(() => { this.#outgoing.delete(key) })
    }

    return (await opening).stream
  }

  #read (peer: PeerId, stream: NetworkStream): RawStream {
    const raw: RawStream = { peer, stream, messages: [], pieces: [], events: [] }
    const unframer = new Unframer()

    stream.read({
      data: bytes => {
        raw.pieces.push(bytes.byteLength)
        raw.pieces.splice(0, raw.pieces.length - MAX_MESSAGES)

        for (const message of this.#messagesIn(raw, unframer, bytes)) {
          raw.messages.push(message)
          raw.messages.splice(0, raw.messages.length - MAX_MESSAGES)
          this.onMessage?.(peer, message, stream)
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

  /** Of bytes that are no message it is noted that they came; what follows on that stream is not looked at. */
  * #messagesIn (raw: RawStream, unframer: Unframer, bytes: Uint8Array | Uint8ArrayList): Generator<ReceivedMessage> {
    if (raw.events.includes('malformed')) {
      return
    }

    try {
      unframer.push(bytes)

      for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
        yield decodeMessage(frame)
      }
    } catch (error) {
      log('what came is no message - %e', error)
      raw.events.push('malformed')
    }
  }
}

/** As bytes, with the length in front. */
export function frameOf (message: PartialMessage, format: 'v0' | 'v1' = 'v1'): Uint8Array {
  return encodeFrame({ full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0, ...message }, format).slice()
}

function isOpen (raw: RawStream | undefined): boolean {
  return raw?.events.every(event => !event.startsWith('closed')) === true
}

function toPeerId (peer: PeerId | Member): PeerId {
  return isPeerId(peer) ? peer : nodeOf(peer).self
}
