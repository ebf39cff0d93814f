/** A server whose peers want blocks it has, and that many more wait in their queues. No network and no codec; time stands still. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { WantType } from 'ts-bitswap/message'
import { MemoryStore, peerIdFromSeed, randomCid, VirtualClock } from 'ts-bitswap/testing'
import { SeededRandom } from '../../../packages/bitswap/src/core/random.ts'
import { resolveServerOptions } from '../../../packages/bitswap/src/server/resolve-options.ts'
import { Server } from '../../../packages/bitswap/src/server/server.ts'
import { silentLogger } from '../../../packages/bitswap/src/testing/silent-logger.ts'

/** Of each block: 16 go in an envelope. */
const BYTES = new Uint8Array(16 * 1024)

const random = new SeededRandom(1)

export class Queued {
  readonly #server: Server
  readonly #peers: readonly PeerId[]
  readonly #cids: readonly CID[]
  /** Taken by each peer, to be wanted again. */
  readonly #taken: Map<PeerId, CID[]> = new Map()
  #next = 0

  /** Each peer wants so many blocks, the same as the others. */
  constructor (peers: number, wants: number) {
    const blockstore = new MemoryStore()

    this.#cids = Array.from({ length: wants }, () => randomCid(random))
    // the server takes the word of a store in memory
    this.#cids.forEach(cid => { blockstore.hold(cid, BYTES) })
    this.#server = new Server({
      blockstore,
      clock: new VirtualClock(),
      log: silentLogger().forComponent('server'),
      network: { tag: () => {} },
      sender: { wake: () => {} }
    }, resolveServerOptions({ maxWantsPerPeer: wants }))
    this.#peers = Array.from({ length: peers }, (_, i) => peerIdFromSeed(i + 1))
    this.#server.start()

    for (const peer of this.#peers) {
      this.#server.peerConnected(peer)
      this.#want(peer, this.#cids)
    }
  }

  /** The queues are as long as they were. */
  refill (): void {
    for (const [peer, cids] of this.#taken) {
      this.#want(peer, cids)
    }

    this.#taken.clear()
  }

  /** So many blocks at least go to the peers, one envelope to each in turn; how many went. */
  take (count: number): number {
    let taken = 0

    while (taken < count) {
      const peer = this.#peers[this.#next++ % this.#peers.length] as PeerId
      const envelope = this.#server.envelopeFor(peer)

      if (envelope == null || envelope instanceof Promise) {
        throw new Error('a store in memory answers at once')
      }

      envelope.sent()
      taken += envelope.blocks.length
      this.#taken.set(peer, [...this.#taken.get(peer) ?? [], ...envelope.blocks.map(({ cid }) => cid)])
    }

    return taken
  }

  #want (peer: PeerId, cids: readonly CID[]): void {
    const wants = cids.map(cid => ({ cid, priority: 1, wantType: WantType.Block, sendDontHave: false }))

    if (this.#server.received(peer, { full: false, cancels: [], wants }) != null) {
      throw new Error('a store in memory answers at once')
    }
  }
}
