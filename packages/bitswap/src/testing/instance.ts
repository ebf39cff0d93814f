/**
 * Bitswap on a virtual network, with a store in memory: everything above the
 * network port is the real thing.
 */
import type { PeerId } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { BitswapRouting } from '../api.ts'
import { Exchange } from '../bitswap.ts'
import { withDefaultHashers } from '../message/prefix.ts'
import type { Block } from '../message/message.ts'
import type { HasherLoader } from '../message/prefix.ts'
import { resolveOptions } from '../options.ts'
import type { BitswapInit } from '../options.ts'
import { MemoryStore } from './memory-store.ts'
import { silentLogger } from './silent-logger.ts'
import type { VirtualNetwork } from './virtual-network.ts'
import type { VirtualNode, VirtualNodeInit } from './virtual-node.ts'

export interface InstanceInit extends BitswapInit, VirtualNodeInit {
  store?: MemoryStore
  routing?: BitswapRouting
  getHasher?: HasherLoader
}

export interface InstancesInit extends InstanceInit {
  /**
   * Connect each with each.
   *
   * @default 'all'
   */
  connected?: 'all' | 'none'
}

/** One Bitswap, with its node of the network and its store. */
export class Instance {
  readonly node: VirtualNode
  readonly store: MemoryStore
  readonly bitswap: Exchange

  /** Not started: use {@link instances}. */
  constructor (network: VirtualNetwork, init: InstanceInit = {}) {
    const { store, routing, getHasher, peer, protocols, ...options } = init

    this.node = network.createNode({ ...peer == null ? {} : { peer }, ...protocols == null ? {} : { protocols } })
    this.store = store ?? new MemoryStore()
    this.bitswap = new Exchange({
      network: this.node,
      blockstore: this.store,
      routing,
      logger: silentLogger(),
      getHasher: withDefaultHashers(getHasher),
      clock: network.clock
    }, resolveOptions(options))
  }

  get peer (): PeerId {
    return this.node.self
  }

  /** Adds a block, as a user would: whoever waits for it gets it. */
  async put (content: string | Uint8Array): Promise<CID> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const cid = CID.createV1(raw.code, await sha256.digest(bytes))

    await this.bitswap.addBlock({ cid, bytes })

    return cid
  }

  /** Puts blocks into the store, and tells nobody. */
  hold (...blocks: Block[]): this {
    for (const { cid, bytes } of blocks) {
      this.store.hold(cid, bytes)
    }

    return this
  }
}

/** Makes, starts and connects instances. */
export async function instances (network: VirtualNetwork, count: number, init: InstancesInit = {}): Promise<Instance[]> {
  const { connected, ...rest } = init
  const all = Array.from({ length: count }, () => new Instance(network, rest))

  for (const instance of all) {
    await instance.bitswap.start()
  }

  for (const [i, a] of all.entries()) {
    for (const b of connected === 'none' ? [] : all.slice(i + 1)) {
      network.connect(a.node, b.node)
    }
  }

  return all
}
