/**
 * What stands above a messenger in tests: has messages to send when the test
 * says so, and writes down all it is told.
 */
import type { PeerId } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { sleep } from '../../src/core/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import { SeededRandom } from '../../src/core/random.ts'
import type { Message, ReceivedMessage } from '../../src/message/message.ts'
import type { Lane, MessengerReceiver, Outgoing } from '../../src/network/messenger-receiver.ts'
import type { BitswapProtocol } from '../../src/network/protocols.ts'

/** A CID for which there is no block. */
export function cidOf (seed: number): CID {
  const random = new SeededRandom(seed)

  return CID.createV1(raw.code, create(0x12, Uint8Array.from({ length: 32 }, () => random.int(256))))
}

export function emptyMessage (): Message {
  return { full: false, wants: [], cancels: [], blocks: [], presences: [], pendingBytes: 0 }
}

/** Asks for one block. */
export function wantMessage (seed: number): Message {
  return { ...emptyMessage(), wants: [{ cid: cidOf(seed), priority: 1, wantType: 'block', sendDontHave: true }] }
}

/** Carries a block of so many bytes; the codec does not mind that the hash is wrong. */
export function blockMessage (seed: number, size: number): Message {
  return { ...emptyMessage(), blocks: [{ cid: cidOf(seed), bytes: new Uint8Array(size).fill(seed) }] }
}

/** A message that waits to be taken, and what became of it: `taken`, `sent`, `lost NAME`. */
export interface Letter {
  message: Message
  fate: string[]
}

export class ScriptedReceiver implements MessengerReceiver {
  /** `connected PROTOCOL`, `disconnected`, `unreachable NAME`, `message`; without the peer. */
  readonly events: string[] = []
  readonly received: ReceivedMessage[] = []
  readonly protocols: BitswapProtocol[] = []
  readonly #letters: Map<string, Letter[]> = new Map()
  readonly #clock: Clock | undefined
  /** Calls of `takeOutgoing`. */
  takes = 0
  /** How long each `takeOutgoing` takes, on the clock. */
  takeDelay = 0
  /** What is lost waits to be taken again. */
  repeats = true
  /** What `messageReceived` returns. */
  onMessage: ((peer: PeerId, message: ReceivedMessage) => void | Promise<void>) | undefined
  onLost: ((peer: PeerId, lane: Lane) => void) | undefined
  onUnreachable: ((peer: PeerId) => void) | undefined

  constructor (clock?: Clock) {
    this.#clock = clock
  }

  /** There is something to send; the messenger is not told. */
  post (peer: PeerId, lane: Lane, message: Message): Letter {
    const letter: Letter = { message, fate: [] }
    this.#waiting(peer, lane).push(letter)

    return letter
  }

  peerConnected (_peer: PeerId, protocol: BitswapProtocol | undefined): void {
    this.events.push(`connected ${protocol}`)
  }

  peerDisconnected (): void {
    this.events.push('disconnected')
  }

  peerUnreachable (peer: PeerId, error: Error): void {
    this.events.push(`unreachable ${error.name}`)
    this.onUnreachable?.(peer)
  }

  messageReceived (peer: PeerId, message: ReceivedMessage): void | Promise<void> {
    this.events.push('message')
    this.received.push(message)

    return this.onMessage?.(peer, message)
  }

  hasOutgoing (peer: PeerId, lane: Lane): boolean {
    return this.#waiting(peer, lane).length > 0
  }

  takeOutgoing (peer: PeerId, lane: Lane, protocol: BitswapProtocol): Outgoing | undefined | Promise<Outgoing | undefined> {
    this.takes++
    this.protocols.push(protocol)

    return this.takeDelay > 0 && this.#clock != null
      ? sleep(this.#clock, this.takeDelay).then(() => this.#take(peer, lane))
      : this.#take(peer, lane)
  }

  #take (peer: PeerId, lane: Lane): Outgoing | undefined {
    const letter = this.#waiting(peer, lane).shift()

    if (letter == null) {
      return undefined
    }

    letter.fate.push('taken')

    return {
      message: letter.message,
      sent: () => { letter.fate.push('sent') },
      lost: error => {
        letter.fate.push(`lost ${error.name}`)

        if (this.repeats) {
          this.#waiting(peer, lane).unshift(letter)
        }

        this.onLost?.(peer, lane)
      }
    }
  }

  #waiting (peer: PeerId, lane: Lane): Letter[] {
    const key = `${peer} ${lane}`
    const letters = this.#letters.get(key) ?? []
    this.#letters.set(key, letters)

    return letters
  }
}
