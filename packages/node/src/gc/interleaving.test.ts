/**
 * Collections beside writers, askers, readers and pinners, in an order that chance
 * makes up: nothing of what somebody was told is here may be gone afterwards. The
 * same seed gives the same order, since nothing waits for anything but microtasks
 * and turns of the event loop.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { cidsOf, linking, PinnedRepo, someGraph } from '../../test/pinned-repo.ts'
import { MemoryBlocks } from '../store/memory-blocks.ts'
import { GarbageCollector } from './garbage-collector.ts'
import type { Graph } from '../../test/pinned-repo.ts'
import type { Pins } from '../pins/pins.ts'
import type { Pieces } from '../store/collect.ts'
import type { CID } from 'multiformats/cid'
import type { Block } from 'ts-bitswap'

const SEEDS = 100

class Chance {
  #state: number

  constructor (seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 1
  }

  below (limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5

    return (this.#state >>> 0) % limit
  }

  of<T> (items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  async pause (most: number): Promise<void> {
    for (let left = this.below(most + 1); left > 0; left--) {
      await (left % 8 === 0 ? new Promise(resolve => { setImmediate(resolve) }) : undefined)
    }
  }
}

/** A disk: everything takes a while, before and after it is done. */
class SlowBlocks extends MemoryBlocks {
  override readonly getNow = undefined
  readonly #chance: Chance

  constructor (chance: Chance) {
    super()
    this.#chance = chance
  }

  override async put (cid: CID, value: Uint8Array | Pieces): Promise<CID> {
    return await this.#slowly(async () => await super.put(cid, value))
  }

  override async has (cid: CID): Promise<boolean> {
    return await this.#slowly(async () => await super.has(cid))
  }

  override async delete (cid: CID): Promise<void> {
    await this.#slowly(async () => { await super.delete(cid) }, 20)
  }

  override get (cid: CID): never {
    return this.#getSlowly(cid) as never
  }

  override async * cids (): AsyncGenerator<CID> {
    for (const { cid } of await all(super.getAll())) {
      await this.#chance.pause(9)
      yield cid
    }
  }

  /** Right now, for looking at what came of it. */
  isHere (cid: CID): boolean {
    return super.has(cid) as boolean
  }

  async * #getSlowly (cid: CID): AsyncGenerator<Uint8Array> {
    yield await this.#slowly(async () => (await all(super.get(cid)))[0] ?? new Uint8Array(0))
  }

  async #slowly<T> (work: () => Promise<T>, most: number = 5): Promise<T> {
    await this.#chance.pause(most)
    const result = await work()
    await this.#chance.pause(most)

    return result
  }
}

class Life {
  readonly chance: Chance
  readonly folder: SlowBlocks
  readonly repo: PinnedRepo
  readonly graphs: readonly Graph[]
  readonly pinned: Set<Graph> = new Set()
  /** Being pinned or the reverse. */
  readonly changing: Set<Graph> = new Set()
  /** What somebody was told is here while a collection was going on. */
  readonly told: Map<Block, string> = new Map()
  isCollecting = false

  constructor (seed: number, graphs: readonly Graph[]) {
    this.chance = new Chance(seed)
    this.folder = new SlowBlocks(this.chance)
    this.repo = new PinnedRepo(this.folder)
    this.graphs = graphs
  }

  async live (): Promise<void> {
    for (const { blocks } of this.graphs) {
      await this.repo.put(...blocks)
    }

    const living = new Set(Array.from({ length: 24 }, (_, actor) => actor))
    const actors = [...living].map(async actor => {
      await this.act()
      living.delete(actor)
    })

    while (living.size > 0) {
      await this.collect()
      await this.chance.pause(20)
    }

    await Promise.all(actors)
    this.told.clear()
    await this.collect()
    const here = this.graphs.flatMap(({ blocks }) => blocks).filter(({ cid }) => this.folder.isHere(cid))
    const kept = [...this.pinned].flatMap(({ blocks }) => blocks)

    assert.deepEqual([...new Set(cidsOf(here))], [...new Set(cidsOf(kept))])
  }

  async collect (): Promise<void> {
    this.isCollecting = true
    await new GarbageCollector(this.repo).run()
    this.isCollecting = false

    for (const [block, how] of this.told) {
      assert.ok(this.folder.isHere(block.cid), `${block.cid} is gone, and was ${how}`)
    }

    for (const { blocks } of this.pinned) {
      assert.ok(blocks.every(({ cid }) => this.folder.isHere(cid)), 'a pinned block is gone')
    }

    this.told.clear()
  }

  async act (): Promise<void> {
    for (let acts = 0; acts < 6; acts++) {
      await this.chance.pause(40)
      await this.actOnce(this.chance.of(this.graphs))
    }
  }

  async actOnce (graph: Graph): Promise<void> {
    const { blockstore, pins } = this.repo
    const block = this.chance.of(graph.blocks)

    const act = this.chance.below(12)

    if (act < 3) {
      await blockstore.put(block.cid, block.bytes)
      this.tell(block, 'written')
    } else if (act < 6) {
      if (await blockstore.has(block.cid)) {
        this.tell(block, 'said to be here')
      }
    } else if (act < 9) {
      if ((await all(blockstore.get(block.cid)).catch(missing)) != null) {
        this.tell(block, 'read')
      }
    } else if (!this.changing.has(graph)) {
      this.changing.add(graph)
      await this.changePin(graph, act, pins)
      this.changing.delete(graph)
    }
  }

  async changePin (graph: Graph, act: number, pins: Pins): Promise<void> {
    if (act === 9) {
      await this.addAnew(graph)
    } else if (this.pinned.delete(graph)) {
      await pins.rm(graph.root)
    } else if (await pins.add(graph.root).then(() => true, missing) === true) {
      this.pinned.add(graph)
    }
  }

  /** As an import does: the leaves first, and the root is known at the end. */
  async addAnew (graph: Graph): Promise<void> {
    const { pins } = this.repo
    const hold = pins.holds.holdWrites()

    await this.repo.put(...[...graph.blocks].reverse())
    await pins.add(graph.root, { isComplete: true })
    this.pinned.add(graph)
    hold.release()
  }

  tell (block: Block, how: string): void {
    if (this.isCollecting) {
      this.told.set(block, how)
    }
  }
}

function missing (error: Error): undefined {
  assert.match(error.name, /^(NotFoundError|BlockMissingError)$/)
}

test(`whatever others do meanwhile, a collection removes nothing that is needed (${SEEDS} orders)`, async () => {
  const graphs: Graph[] = []

  for (let seed = 1; seed <= 8; seed++) {
    graphs.push(await someGraph(seed))
  }

  // one that shares all it has with another
  const [first] = graphs
  assert.ok(first != null)
  const root = await linking(first.root)
  graphs.push({ root: root.cid, blocks: [root, ...first.blocks] })

  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      await new Life(seed, graphs).live()
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
})
