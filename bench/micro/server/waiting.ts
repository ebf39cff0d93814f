/** A server whose peers wait for blocks it lacks, and take at once what they are sent. No network and no codec; time stands still. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { WantType } from 'ts-bitswap/message'
import type { Block } from 'ts-bitswap/message'
import { MemoryStore, peerIdFromSeed, VirtualClock } from 'ts-bitswap/testing'
import { multihashKey } from '../../../packages/bitswap/src/core/cid-map.ts'
import { resolveServerOptions } from '../../../packages/bitswap/src/server/resolve-options.ts'
import { Server } from '../../../packages/bitswap/src/server/server.ts'
import { silentLogger } from '../../../packages/bitswap/src/testing/silent-logger.ts'

export class Waiting {
  readonly #server: Server
  readonly #store: MemoryStore = new MemoryStore()
  readonly #peers: readonly PeerId[]
  readonly #woken: Set<PeerId> = new Set()
  /** What each peer got. */
  readonly #got: Map<PeerId, Set<string>> = new Map()
  #next = 0
  served = 0
  twice = 0

  constructor (peers: number) {
    this.#server = new Server({
      blockstore: this.#store,
      clock: new VirtualClock(),
      log: silentLogger().forComponent('server'),
      network: { tag: () => {} },
      sender: { wake: (peer, lane) => { if (lane === 'blocks') { this.#woken.add(peer) } } }
    }, resolveServerOptions())
    this.#peers = Array.from({ length: peers }, (_, i) => peerIdFromSeed(i + 1))
    this.#server.start()
    this.#peers.forEach(peer => { this.#server.peerConnected(peer) })
  }

  /** Wants that wait. */
  get size (): number {
    return this.#peers.reduce((sum, peer) => sum + this.#server.wantlistForPeer(peer).length, 0)
  }

  /** Each of these is wanted by so many peers, the next ones in turn; those they got are wanted anew. */
  want (cids: readonly CID[], each: number): void {
    const lists = new Map<PeerId, CID[]>()

    for (const cid of cids) {
      for (let i = 0; i < each; i++) {
        const peer = this.#peers[(this.#next + i) % this.#peers.length] as PeerId
        const list = lists.get(peer) ?? []

        list.push(cid)
        lists.set(peer, list)
      }

      this.#next++
    }

    for (const [peer, list] of lists) {
      this.#got.get(peer)?.clear()
      const wants = list.map(cid => ({ cid, priority: 1, wantType: WantType.Block, sendDontHave: false }))

      if (this.#server.received(peer, { full: false, cancels: [], wants }) != null) {
        throw new Error('a store in memory answers at once')
      }
    }
  }

  /** These are in the store now, and are sent to whoever waits. */
  arrive (blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.#server.blocksArrived([block])
      this.#deliver()
    }
  }

  #deliver (): void {
    for (const peer of this.#woken) {
      this.#woken.delete(peer)
      const envelope = this.#server.envelopeFor(peer)

      if (envelope == null || envelope instanceof Promise) {
        continue
      }

      envelope.sent()
      this.#woken.add(peer)
      this.#count(peer, envelope.blocks)
    }
  }

  #count (peer: PeerId, blocks: readonly Block[]): void {
    const got = this.#got.get(peer) ?? new Set()

    this.#got.set(peer, got)

    for (const { cid } of blocks) {
      const key = multihashKey(cid)

      this.served++
      this.twice += got.has(key) ? 1 : 0
      got.add(key)
    }
  }
}
