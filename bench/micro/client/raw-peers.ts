/**
 * A client among peers that keep nothing: each answers at once what it is asked,
 * with the block if it has it, and DONT_HAVE otherwise. No network and no codec;
 * time stands still unless it is told to pass.
 */
import type { PeerId } from '@libp2p/interface'
import type { BitswapRouting } from 'ts-bitswap'
import type { CID } from 'multiformats/cid'
import { withDefaultHashers } from 'ts-bitswap/message'
import type { Block, Presence, ReceivedBlock } from 'ts-bitswap/message'
import { peerIdFromSeed, VirtualClock } from 'ts-bitswap/testing'
import { Client } from '../../../packages/bitswap/src/client/client.ts'
import { resolveClientOptions } from '../../../packages/bitswap/src/client/resolve-options.ts'
import { multihashKey } from '../../../packages/bitswap/src/core/cid-map.ts'
import { silentLogger } from '../../../packages/bitswap/src/testing/silent-logger.ts'

const ABILITIES = { have: true, prefix: true }

/** Longer than cancels wait for company. */
const CANCELS = 1100

export class RawPeers {
  readonly client: Client
  readonly clock: VirtualClock = new VirtualClock()
  readonly peers: readonly PeerId[]
  /** What the peers have, all of them. */
  readonly blocks: Map<string, Block> = new Map()
  /** Sent by the client. */
  readonly sent = { messages: 0, wants: 0, cancels: 0 }
  /** Calls of `open` that are over. */
  readonly ended = { came: 0, failed: 0 }
  // one of each for all calls: what is measured is the client's
  readonly #came = (): void => { this.ended.came++ }
  readonly #failed = (): void => { this.ended.failed++ }
  readonly #woken: Set<PeerId> = new Set()

  constructor (count: number, { blocks = [], routing }: { blocks?: readonly Block[], routing?: BitswapRouting } = {}) {
    this.hold(blocks)
    this.peers = Array.from({ length: count }, (_, i) => peerIdFromSeed(1, i))
    this.client = new Client({
      blockstore: EMPTY_STORE,
      clock: this.clock,
      log: silentLogger().forComponent('bench'),
      getHasher: withDefaultHashers(undefined),
      network: { self: peerIdFromSeed(2), connect: nobody, peersIdentified: () => undefined, disconnect: () => {}, tag: () => {}, heardAt: () => 0, bytesFrom: () => 0, isFullWithout: () => false },
      sender: { wake: peer => { this.#woken.add(peer) } },
      arrivals: { blockReceived: () => {}, blockStored: () => {} },
      ...routing == null ? {} : { routing }
    }, resolveClientOptions())
    this.client.start()
    this.peers.forEach(peer => { this.connect(peer) })
  }

  /** How many wants are open. */
  get wants (): number {
    return this.client.board.wants.size
  }

  /** How many entries the wantlists of all peers have. */
  get told (): number {
    let told = 0

    for (const { wants } of this.client.board.peers.values()) {
      told += wants.size
    }

    return told
  }

  /** From now on the peers have these, too. */
  hold (blocks: readonly Block[]): void {
    blocks.forEach(block => { this.blocks.set(multihashKey(block.cid), block) })
  }

  connect (peer: PeerId): void {
    this.client.peerConnected(peer, ABILITIES)
    this.talk()
  }

  leave (peer: PeerId): void {
    this.client.wantlists.peerDisconnected(peer)
    this.#woken.delete(peer)
    this.talk()
  }

  /** Opens wants that stay open until a block comes, and lets everybody say no to them. */
  open (cids: readonly CID[]): void {
    for (const cid of cids) {
      this.client.getBlock(undefined, cid).then(this.#came, this.#failed)
    }

    this.talk()
  }

  /** One call for blocks that the peers have. */
  async fetch (cids: readonly CID[]): Promise<void> {
    const blocks = this.client.getBlocks(undefined, cids)
    const first = blocks.next()

    // the input is gone through first
    await this.clock.advance(0)
    this.talk()

    for (let next = await first; next.done !== true; next = await blocks.next()) {
      this.talk()
    }
  }

  /** One peer sends blocks, and all others are told. */
  async receive (from: PeerId, blocks: readonly Block[]): Promise<void> {
    await this.client.received(from, { presences: [], blocks: blocks.map(received) })
    await this.clock.advance(CANCELS)
    this.talk()
  }

  /** Until nobody has anything more to say. */
  talk (): void {
    for (const peer of this.#woken) {
      this.#woken.delete(peer)
      const said = this.client.wantlists.take(peer, ABILITIES)

      if (said == null) {
        continue
      }

      said.sent()
      this.sent.messages++
      this.sent.wants += said.message.wants.length
      this.sent.cancels += said.message.cancels.length
      this.#answer(peer, said.message.wants.map(({ cid }) => cid))
    }
  }

  #answer (peer: PeerId, cids: readonly CID[]): void {
    const blocks: ReceivedBlock[] = []
    const presences: Presence[] = []

    for (const cid of cids) {
      const block = this.blocks.size > 0 ? this.blocks.get(multihashKey(cid)) : undefined

      if (block == null) {
        presences.push({ cid, type: 'dont-have' })
      } else {
        blocks.push(received(block))
      }
    }

    void this.client.received(peer, { presences, blocks })
  }
}

/** As it comes from the wire. */
function received ({ cid: { version, code, multihash }, bytes }: Block): ReceivedBlock {
  return { prefix: { version, codec: code, hash: multihash.code, digestSize: multihash.size }, bytes }
}

/** Has nothing, and keeps nothing. */
const EMPTY_STORE = {
  has: () => false,
  get: () => { throw NOT_FOUND },
  put: (cid: CID) => cid
}

const NOT_FOUND = Object.assign(new Error('not found'), { name: 'NotFoundError' })

async function nobody (): Promise<PeerId> {
  throw new Error('nobody can be dialled here')
}
