/** A table to play the want planner on: facts in, what each peer is told out. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { CLIENT_DEFAULTS } from '../src/client/options.ts'
import type { ClientOptions } from '../src/client/options.ts'
import { SessionState } from '../src/client/session-state.ts'
import { WantPlanner } from '../src/client/want-planner.ts'
import type { ClientPeer } from '../src/client/client-peer.ts'
import type { Want } from '../src/client/want.ts'
import { multihashKey } from '../src/core/cid-map.ts'
import { peerIdFromSeed } from '../src/testing/peer-ids.ts'
import { randomBlocks } from '../src/testing/random-blocks.ts'

const cids = (await randomBlocks(400, { size: 8 })).map(block => block.cid)
export const keys: string[] = cids.map(multihashKey)
const modern = { have: true, prefix: true }

/** A planner, and short words for what happens to it. Blocks are numbers. */
export class Table {
  readonly planner: WantPlanner
  now = 0
  /** That came from each peer, by key. */
  readonly bytes: Map<string, number> = new Map()
  /** Our own, without the peer that is looked at. */
  isLinkFull = false
  unavailable: number[] = []
  searches: Want[] = []
  #sessions = 0

  constructor (options: Partial<ClientOptions> = {}, canSearch: boolean = false) {
    const network = {
      bytesFrom: (peer: PeerId): number => this.bytes.get(peer.toString()) ?? 0,
      isFullWithout: (): boolean => this.isLinkFull
    }
    this.planner = new WantPlanner({ ...CLIENT_DEFAULTS, ...options }, { canSearch, network })
  }

  session (exclusive: boolean = false): SessionState {
    const session = new SessionState(++this.#sessions, exclusive)
    this.planner.board.sessions.add(session)

    return session
  }

  want (session: SessionState, ...blocks: number[]): void {
    for (const i of blocks) {
      this.planner.wanted(session, { key: keys[i] as string, cid: cids[i] as CID, priority: 1, closed: session.exclusive }, this.now)
    }
  }

  unwant (session: SessionState, i: number): void {
    this.planner.unwanted(session, this.state(i) as Want, this.now)
  }

  state (i: number): Want | undefined {
    return this.planner.board.wants.get(keys[i] as string)
  }

  connect (seed: number, abilities: { have: boolean, prefix: boolean } = modern): ClientPeer {
    return this.planner.peers.connected(peerIdFromSeed(seed), abilities, this.now)
  }

  disconnect (peer: ClientPeer): void {
    this.planner.peers.disconnected(peer.key, this.now)
  }

  have (peer: ClientPeer, ...blocks: number[]): void {
    blocks.forEach(i => { this.planner.haveReceived(peer, keys[i] as string, this.now) })
  }

  dontHave (peer: ClientPeer, ...blocks: number[]): void {
    blocks.forEach(i => { this.planner.dontHaveReceived(peer, keys[i] as string, this.now) })
  }

  block (peer: ClientPeer, ...blocks: number[]): void {
    for (const i of blocks) {
      this.bytes.set(peer.key, (this.bytes.get(peer.key) ?? 0) + 1000)
      const want = this.planner.blockReceived(peer, keys[i] as string, 1000, this.now)

      if (want != null) {
        this.planner.settled(want, this.now)
      }
    }
  }

  /** Lets time pass; nothing is heard of anybody meanwhile. */
  pass (ms: number): void {
    const end = this.now + ms

    for (let at = this.planner.nextDeadline(); at != null && at <= end; at = this.planner.nextDeadline()) {
      this.now = Math.max(this.now, at)
      this.planner.tick(this.now, () => 0)
    }

    this.now = end
  }

  /** What a peer is told now: `b1` want-block, `h1` want-have, `c1` cancel. */
  told (peer: ClientPeer): string[] {
    const words: string[] = []

    for (let batch = peer.wants.take(modern); batch != null; batch = peer.wants.take(modern)) {
      peer.wants.sent(batch, this.now)
      words.push(...batch.message.cancels.map(cid => `c${number(cid)}`), ...batch.message.wants.map(want => `${want.wantType[0]}${number(want.cid)}`))
    }

    return words
  }

  effects (): void {
    const effects = this.planner.takeEffects()

    this.searches.push(...effects?.search ?? [])
    this.unavailable.push(...(effects?.unavailable ?? []).map(want => number(want.cid)))
  }
}

export function number (cid: CID): number {
  return cids.findIndex(other => other.equals(cid))
}
