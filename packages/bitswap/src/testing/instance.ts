/**
 * Bitswap on a virtual network, with a store in memory: everything above the
 * network port is the real thing.
 */
import type { ComponentLogger, PeerId } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { BitswapRouting } from '../api.ts'
import { Exchange } from '../bitswap.ts'
import { withDefaultHashers } from '../message/hashers.ts'
import type { Block } from '../message/message.ts'
import type { HasherLoader } from '../message/hashers.ts'
import { resolveOptions } from '../options.ts'
import type { BitswapInit, BitswapOptions } from '../options.ts'
import { Providing } from '../providing/providing.ts'
import type { BlockPool } from './block-pool.ts'
import type { CrashOptions, Faults } from './faults.ts'
import { MemoryStore } from './memory-store.ts'
import type { MemoryStoreInit } from './memory-store.ts'
import { silentLogger } from './silent-logger.ts'
import type { VirtualNode, VirtualNodeInit } from './wire/virtual-node.ts'
import { VirtualRouting } from './virtual-routing.ts'

export interface InstanceInit extends BitswapInit, VirtualNodeInit {
  /**
   * A store of one's own, or what one in memory is to be like.
   *
   * @default as fast as memory
   */
  store?: MemoryStore | Pick<MemoryStoreInit, 'delay'>
  /** Without it nobody is searched for. */
  routing?: BitswapRouting | VirtualRouting
  getHasher?: HasherLoader
  /** @default one that says nothing */
  logger?: ComponentLogger
}

/** What an instance needs of its network. */
export interface InstanceSurroundings {
  node: VirtualNode
  pool: BlockPool
  faults: Faults
}

/** One Bitswap, with its node of the network and its store. */
export class Instance {
  readonly node: VirtualNode
  readonly options: BitswapOptions
  readonly #init: InstanceInit
  readonly #surroundings: InstanceSurroundings
  #store: MemoryStore
  #bitswap: Exchange
  #crashes = 0

  /** Not started: use `VirtualNetwork.instances`. */
  constructor (surroundings: InstanceSurroundings, init: InstanceInit) {
    const { client, server, network, providing } = init

    this.node = surroundings.node
    this.options = resolveOptions({
      ...client == null ? {} : { client },
      ...server == null ? {} : { server },
      ...network == null ? {} : { network },
      ...providing == null ? {} : { providing }
    })
    this.#init = init
    this.#surroundings = surroundings
    this.#store = this.#createStore()
    this.#bitswap = this.#createExchange()
  }

  get name (): string {
    return this.node.name
  }

  get peer (): PeerId {
    return this.node.self
  }

  /** Another one after each crash, as is the store it made for itself. */
  get bitswap (): Exchange {
    return this.#bitswap
  }

  get store (): MemoryStore {
    return this.#store
  }

  /** How often it has crashed. */
  get crashes (): number {
    return this.#crashes
  }

  /** Adds a block, as a user would: whoever waits for it gets it. */
  async put (content: string | Uint8Array): Promise<CID> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const cid = CID.createV1(raw.code, await sha256.digest(bytes))

    await this.#bitswap.addBlock({ cid, bytes })

    return cid
  }

  /** Puts blocks into the store, and tells nobody. */
  hold (...blocks: readonly Block[]): this {
    for (const { cid, bytes } of blocks) {
      this.#store.hold(cid, bytes)
    }

    return this
  }

  /**
   * Ends as a process does that is killed: nothing of it runs any more, calls
   * that wait here wait for ever, what was in memory is gone.
   */
  crash (options?: CrashOptions): void {
    this.#crashes++
    this.#surroundings.faults.crash(this.node, options)
  }

  /** Starts again after a crash: with the same id, connected to nobody, its store empty unless it was brought along. */
  async revive (): Promise<void> {
    if (this.node.isOnline) {
      throw new Error(`${this.name} has not crashed`)
    }

    this.node.revive()
    this.#store = this.#createStore()
    this.#bitswap = this.#createExchange()
    await this.#bitswap.start()
  }

  #createStore (): MemoryStore {
    const { store } = this.#init

    return store instanceof MemoryStore ? store : new MemoryStore({ ...store, clock: this.node.clock, pool: this.#surroundings.pool })
  }

  #createExchange (): Exchange {
    const { routing, getHasher, logger } = this.#init

    return new Exchange({
      network: this.node,
      blockstore: this.#store,
      routing: routing instanceof VirtualRouting ? routing.of(this.node) : routing,
      logger: logger ?? silentLogger(),
      getHasher: withDefaultHashers(getHasher),
      // import() takes real time
      loadProviding: async () => Providing,
      clock: this.node.clock
    }, this.options)
  }
}
