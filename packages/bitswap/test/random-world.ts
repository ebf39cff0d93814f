/**
 * A few instances of Bitswap on a virtual network that all follow from a seed:
 * how many, what each holds, how far apart they are, how small their limits,
 * how good their stores and routers. For scenarios with random faults.
 */
import { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../src/api.ts'
import { resolveClientOptions } from '../src/client/options.ts'
import type { ClientInit, ClientOptions } from '../src/client/options.ts'
import { hasV0 } from '../src/client/peer-abilities.ts'
import { multihashKey } from '../src/core/cid-map.ts'
import { sleep } from '../src/core/clock.ts'
import { SeededRandom } from '../src/core/random.ts'
import type { Block } from '../src/message/message.ts'
import { BitswapProtocol, supportsPrefix } from '../src/network/protocols.ts'
import { Instance } from '../src/testing/instance.ts'
import { MemoryStore } from '../src/testing/memory-store.ts'
import { randomBlocks } from '../src/testing/random-blocks.ts'
import { VirtualNetwork } from '../src/testing/virtual-network.ts'
import type { NetworkObserver } from '../src/testing/virtual-network.ts'

const DAG_PB = 0x70

/** Blocks there are: small ones, which are answered at once, and some that take several segments. */
const BLOCKS: readonly Block[] = (await Promise.all([
  randomBlocks(20, { seed: 1, size: 200 }),
  randomBlocks(20, { seed: 2, size: 2000 }),
  randomBlocks(8, { seed: 3, size: 40_000 })
])).flat()

/** A quarter of the blocks goes by three names. */
export function namesOf (block: number): CID[] {
  const { cid } = BLOCKS[block]

  return block % 4 === 0 ? [cid, CID.createV0(cid.multihash as never), CID.createV1(DAG_PB, cid.multihash)] : [cid]
}

export class Chance extends SeededRandom {
  /** True once in so many times. */
  oneIn (times: number): boolean {
    return this.int(times) === 0
  }

  pick<T> (items: readonly T[]): T {
    return items[this.int(items.length)]
  }
}

/** A store that can be looked into without asking it. */
class Shelf extends MemoryStore {
  readonly kept: Map<string, Uint8Array> = new Map()

  override hold (cid: CID, bytes: Uint8Array): void {
    super.hold(cid, bytes)
    this.kept.set(multihashKey(cid), bytes)
  }

  override put (cid: CID, bytes: Uint8Array): CID | Promise<CID> {
    const put = super.put(cid, bytes)
    const keep = (): CID => {
      this.kept.set(multihashKey(cid), bytes)

      return cid
    }

    return put instanceof Promise ? put.then(keep) : keep()
  }
}

export interface Member {
  readonly name: string
  readonly instance: Instance
  readonly store: Shelf
  readonly options: ClientOptions
  /** Answers for blocks it holds with other bytes. */
  readonly lies: Set<number>
  /** When its store was made to fail, or it was stopped, if it ever was. */
  storeFailed: boolean
  wasStopped: boolean
}

export class World {
  readonly chance: Chance
  readonly net: VirtualNetwork
  readonly blocks: readonly Block[] = BLOCKS
  readonly members: Member[] = []
  readonly #latencies: Map<string, number> = new Map()

  constructor (seed: number, observer: NetworkObserver) {
    const chance = new Chance(seed)

    this.chance = chance
    this.net = new VirtualNetwork({ seed, observer, latency: chance.pick([0, 1, 20, 100]), window: chance.pick([32_768, 262_144]), segmentSize: chance.pick([1000, 65_536]) })

    for (let i = 2 + chance.int(7); i > 0; i--) {
      this.members.push(this.#createMember())
    }

    for (const block of this.blocks.keys()) {
      this.#distribute(block)
    }
  }

  /** Has this member the block, with the right bytes? */
  holds (member: Member, block: number): boolean {
    return !member.lies.has(block) && member.store.kept.has(multihashKey(this.blocks[block].cid))
  }

  /** Could one member send the other this block under this name? */
  canServe (from: Member, to: Member, block: number, cid: CID): boolean {
    const protocol = to.instance.node.protocols.find(protocol => from.instance.node.protocols.includes(protocol))

    return from !== to && this.holds(from, block) && protocol != null && (supportsPrefix(protocol) || hasV0(cid))
  }

  connect (a: Member, b: Member): void {
    const key = [a.name, b.name].toSorted().join()
    const latency = this.#latencies.get(key) ?? this.chance.pick([0, 1, 10, 50, 200])

    this.#latencies.set(key, latency)
    this.net.connect(a.instance.node, b.instance.node, { latency, identifyDelay: this.chance.oneIn(4) ? this.chance.int(300) : 0 })
  }

  pairs (): Array<[Member, Member]> {
    return this.members.flatMap((a, i) => this.members.slice(i + 1).map<[Member, Member]>(b => [a, b]))
  }

  #createMember (): Member {
    const { chance, net } = this
    const client = this.#clientInit()
    const store = new Shelf(chance.oneIn(3) ? { delay: 1 + chance.int(60), clock: net.clock } : {})
    const protocols = chance.oneIn(5) ? [chance.pick(Object.values(BitswapProtocol))] : Object.values(BitswapProtocol)
    const routing = this.#routing()
    const instance = new Instance(net, { client, store, protocols, ...routing == null ? {} : { routing } })

    return { name: `m${this.members.length}`, instance, store, options: resolveClientOptions(client), lies: new Set(), storeFailed: false, wasStopped: false }
  }

  #clientInit (): ClientInit {
    const { chance } = this

    return {
      dontHaveTimeout: 1000 + chance.int(2000),
      maxAnswerDelay: 8000,
      initialWindow: chance.pick([4, 16, 64]),
      maxWantsPerPeer: chance.pick([8, 32, 1024]),
      maxLooking: chance.pick([4, 16, 64]),
      widenDelay: 100,
      refreshDelay: 2000,
      maxRefreshDelay: 8000,
      searchTimeout: 500,
      maxSearches: chance.pick([2, 8]),
      maxStoringBytes: chance.pick([1000, 16_777_216])
    }
  }

  /** None; one that names who holds the block, late, with others; one that hangs; one that throws. */
  #routing (): BitswapRouting | undefined {
    const { chance, net, members } = this
    const holders = (cid: CID): Member[] => members.filter(member => member.store.kept.has(multihashKey(cid)) || chance.oneIn(4))

    return chance.pick<BitswapRouting | undefined>([
      undefined,
      undefined,
      {
        async * findProviders (cid) {
          for (const member of holders(cid)) {
            await sleep(net.clock, chance.int(500))
            yield { id: member.instance.peer, multiaddrs: [] }
          }
        }
      },
      { findProviders: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => new Promise(() => {}) }) }) },
      { findProviders: () => { throw new Error('no routing today') } }
    ])
  }

  /** A block is at nobody, one, or a few; sometimes somebody only pretends. */
  #distribute (block: number): void {
    const { chance, members } = this
    const { cid, bytes } = this.blocks[block]

    for (let copies = chance.int(4); copies > 0; copies--) {
      chance.pick(members).store.hold(cid, bytes)
    }

    const liar = chance.pick(members)

    if (chance.oneIn(12) && !liar.store.kept.has(multihashKey(cid))) {
      liar.store.hold(cid, new Uint8Array(bytes.length))
      liar.lies.add(block)
    }
  }
}
