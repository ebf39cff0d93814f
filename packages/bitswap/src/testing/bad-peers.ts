/**
 * Peers that misbehave, as roles for a {@link RawPeer}. Each takes over what the
 * peer does with what it is told.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../core/cid-map.ts'
import type { SeededRandom } from '../core/random.ts'
import { PresenceType, WantType } from '../message/message.ts'
import type { Block, ReceivedMessage, WantEntry } from '../message/message.ts'
import type { Member } from './member.ts'
import { frameOf } from './raw-peer.ts'
import type { RawPeer } from './raw-peer.ts'
import { randomCid } from './random-blocks.ts'

/** Reads, and never says a word. */
export function playSilent (peer: RawPeer): void {
  peer.onMessage = undefined
}

/** Says HAVE to whatever is wanted, and sends nothing. */
export function playAllTalk (peer: RawPeer): void {
  answer(peer, wants => ({ presences: wants.map(({ cid }) => ({ cid, type: PresenceType.Have })) }))
}

/** Says DONT_HAVE to whatever is wanted. */
export function playEmpty (peer: RawPeer): void {
  answer(peer, wants => ({ presences: wants.map(({ cid }) => ({ cid, type: PresenceType.DontHave })) }))
}

/** Has all of these blocks, and sends other bytes in their place. */
export function playForger (peer: RawPeer, blocks: readonly Block[]): void {
  const sizes = new Map(blocks.map(({ cid, bytes }) => [multihashKey(cid), bytes.length]))

  answer(peer, wants => ({
    blocks: wants.flatMap(({ cid }) => {
      const size = sizes.get(multihashKey(cid))

      return size == null ? [] : [{ cid, bytes: new Uint8Array(size).fill(0xbd) }]
    })
  }))
}

/** Sends all of these blocks to whoever asks for anything, and again for each message. */
export function playPusher (peer: RawPeer, blocks: readonly Block[]): void {
  answer(peer, () => ({ blocks: [...blocks] }))
}

/** Answers each message with bytes that are none. */
export function playGarbler (peer: RawPeer, random: SeededRandom): void {
  peer.onMessage = from => {
    peer.say(from, random.fillBytes(new Uint8Array(1 + random.int(2000))))
  }
}

/** Begins each block and never ends it: half a message, then nothing on that stream. */
export function playBreaker (peer: RawPeer, blocks: readonly Block[]): void {
  const known = new Map(blocks.map(block => [multihashKey(block.cid), block]))

  peer.onMessage = (from, { wants }) => {
    const block = wants.map(({ cid }) => known.get(multihashKey(cid))).find(block => block != null)

    if (block != null) {
      const frame = frameOf({ blocks: [block] })
      peer.say(from, frame.subarray(0, frame.length >> 1))
    }
  }
}

/** Asks for so many blocks that nobody has, in one message. */
export async function flood (peer: RawPeer, victim: PeerId | Member, count: number, random: SeededRandom): Promise<void> {
  const wants: WantEntry[] = Array.from({ length: count }, (_, i) => {
    return { cid: randomCid(random), priority: count - i, wantType: WantType.Block, sendDontHave: true }
  })

  await peer.send(victim, { full: true, wants })
}

/** Asks for these blocks. What comes is read, unless the peer was stalled. */
export async function ask (peer: RawPeer, victim: PeerId | Member, cids: readonly CID[]): Promise<void> {
  await peer.send(victim, { wants: cids.map((cid, i) => ({ cid, priority: cids.length - i, wantType: WantType.Block, sendDontHave: true })) })
}

function answer (peer: RawPeer, make: (wants: WantEntry[]) => Parameters<RawPeer['say']>[1]): void {
  peer.onMessage = (from: PeerId, { wants }: ReceivedMessage) => {
    if (wants.length > 0) {
      peer.say(from, make(wants))
    }
  }
}
