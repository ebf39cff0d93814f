/**
 * Leeches that come and go while they fetch from four seeds that crash and come
 * back: whoever stays in the end must have everything. All times are drawn. The
 * parameters are ours.
 *
 * A leech that crashes loses what it had and begins again; a seed keeps its
 * store. Others notice a crash up to a second later. Some leeches crash for
 * good. Whoever comes connects with all who are there.
 */
import { MemoryStore, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, Traffic } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { round, ScenarioError } from './result.ts'
import type { Scenario } from './result.ts'
import { connectAll, fetchBlocks, resultOf, settle } from './run-scenario.ts'

const SEEDS = 4
const LEECHES = 24
const BLOCKS = 100
const SIZE = 65_536
const RATE = 2_000_000
const LATENCY = 30

/** A leech crashes so often at the most; of four one does not come back from its last. */
const MAX_CRASHES = 3
const LOST_OF = 4

/** Milliseconds, at the most. */
const UNNOTICED = 1000
const AWAY = 3000
const LATE = 5000
const UP = 4000

class Churn {
  readonly #net: VirtualNetwork
  readonly #blocks: readonly Block[]
  /** Online. */
  readonly #present: Set<Instance> = new Set()
  crashes = 0

  constructor (net: VirtualNetwork, blocks: readonly Block[]) {
    this.#net = net
    this.#blocks = blocks
  }

  /** @returns when it had everything; undefined when it was lost */
  async leech (leech: Instance): Promise<number | undefined> {
    const crashes = this.#net.random.int(MAX_CRASHES + 1)
    const isLost = crashes > 0 && this.#net.random.int(LOST_OF) === 0

    await this.#pass(LATE)

    for (let i = 0; i < crashes; i++) {
      this.#enter(leech)
      // what it fetches in this life it may have, or never
      await Promise.race([this.#fetch(leech), this.#pass(UP)])
      await this.#crash(leech)

      if (isLost && i === crashes - 1) {
        return undefined
      }

      await this.#back(leech)
    }

    this.#enter(leech)

    return await this.#fetch(leech)
  }

  /** Lives until there is nobody left to serve. */
  async seed (seed: Instance, isOver: () => boolean): Promise<void> {
    this.#enter(seed)
    await this.#pass(UP)

    while (!isOver()) {
      await this.#crash(seed)
      await this.#back(seed)
      this.#enter(seed)
      await this.#pass(UP)
    }
  }

  async #fetch (leech: Instance): Promise<number> {
    return await fetchBlocks(this.#net, leech, this.#blocks)
  }

  #enter (instance: Instance): void {
    connectAll(this.#net, [instance], [...this.#present])
    this.#present.add(instance)
  }

  async #crash (instance: Instance): Promise<void> {
    this.crashes++
    this.#present.delete(instance)
    instance.crash({ noticed: this.#net.random.int(UNNOTICED) })
    await this.#pass(AWAY)
  }

  async #back (instance: Instance): Promise<void> {
    await instance.revive()
  }

  /** Some time, up to `most`. */
  async #pass (most: number): Promise<void> {
    await new Promise<void>(resolve => { this.#net.clock.timer(this.#net.random.int(most), resolve) })
  }
}

/** @throws ScenarioError when it lacks anything, or wants anything, or counts otherwise than the wire */
function expectDone (net: VirtualNetwork, leech: Instance): void {
  const { bitswap, store, name, crashes, peer } = leech
  const { wantlist, dupBlksReceived } = bitswap.stat()
  const wantedElsewhere = net.members.filter(({ node }) => node.isOnline).reduce((sum, { bitswap }) => sum + bitswap.wantlistForPeer(peer).length, 0)

  if (wantlist.length + wantedElsewhere > 0 || store.count !== BLOCKS) {
    throw new ScenarioError(`${name} has ${store.count} blocks in the end, wants ${wantlist.length}, and ${wantedElsewhere} as others see it`)
  }

  const duplicates = net.trace.traffic({ to: leech }).blocks - BLOCKS

  // what came in an earlier life it does not know of
  if (crashes === 0 && dupBlksReceived !== duplicates) {
    throw new ScenarioError(`${name} counts ${dupBlksReceived} duplicates, and ${duplicates} came`)
  }
}

export const churn: Scenario = {
  name: 'Churn',
  async run ({ seed }) {
    const net = new VirtualNetwork({ seed, latency: LATENCY, uplink: RATE, trace: { maxEntries: 0 } })
    const seeds = await net.instances(SEEDS, { name: 'seed', connected: 'none', store: new MemoryStore() })
    const leeches = await net.instances(LEECHES, { name: 'leech', connected: 'none' })
    const blocks = await randomBlocks(BLOCKS, { seed, size: SIZE })
    const life = new Churn(net, blocks)
    let isOver = false

    seeds[0]?.hold(...blocks) // they share a store

    const lives = seeds.map(async instance => { await life.seed(instance, () => isOver) })
    const ends = await net.run(Promise.all(leeches.map(async leech => await life.leech(leech))))

    isOver = true
    await net.run(Promise.all(lives))
    await settle(net)

    const survivors = leeches.filter((_, i) => ends[i] != null)
    survivors.forEach(leech => { expectDone(net, leech) })
    await net.close()

    const traffic = leeches.map(leech => ({ sent: net.trace.traffic({ from: leech }), received: net.trace.traffic({ to: leech }) }))
    const sum = (of: (each: Record<'sent' | 'received', Traffic>) => number): number => traffic.reduce((sum, part) => sum + of(part), 0)

    return resultOf(net, { name: 'Churn' }, {
      seconds: Math.max(...ends.map(end => end ?? 0)) / 1000,
      sent: sum(({ sent }) => sent.messages),
      received: sum(({ received }) => received.messages),
      wants: sum(({ sent }) => sent.wantBlocks + sent.wantHaves),
      duplicates: survivors.reduce((sum, { bitswap }) => sum + bitswap.stat().dupBlksReceived, 0),
      blocks: survivors.length * BLOCKS
    }, {
      survivors: survivors.length,
      lost: LEECHES - survivors.length,
      crashes: life.crashes,
      blocksThatCamePerSurvivor: round(sum(({ received }) => received.blocks) / survivors.length, 1)
    })
  }
}
