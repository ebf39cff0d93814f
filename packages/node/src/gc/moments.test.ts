/** What comes between at each moment of a collection, tried one after the other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { PinnedRepo, someGraph } from '../../test/pinned-repo.ts'
import { MemoryBlocks } from '../store/memory-blocks.ts'
import { GarbageCollector } from './garbage-collector.ts'
import type { CID } from 'multiformats/cid'
import type { Block } from 'ts-bitswap'

/** Blocks of which it is noted whose removal has begun. */
class NotingBlocks extends MemoryBlocks {
  readonly removing: Set<string> = new Set()

  /** The first that is asked of a block that is being removed. */
  override async storedSize (cid: CID): Promise<number | undefined> {
    this.removing.add(Buffer.from(cid.multihash.bytes).toString('hex'))

    return await super.storedSize(cid)
  }

  stays ({ cid }: Block): boolean {
    return !this.removing.has(Buffer.from(cid.multihash.bytes).toString('hex'))
  }
}

/** Microtasks that a collection of one small graph takes, and more. */
const MICROTASKS = 250

async function microtasks (count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) {
    await Promise.resolve()
  }
}

for (const [name, use] of [
  ['held', (repo: PinnedRepo, root: CID) => { repo.pins.holds.hold(root) }],
  ['read', async (repo: PinnedRepo, root: CID) => { await all(repo.blockstore.get(root)) }]
] as const) {
  test(`a graph that comes to be ${name} at any moment of a collection is kept as it is then`, async () => {
    const outcomes = new Set<number>()

    for (let moment = 0; moment < MICROTASKS; moment++) {
      const folder = new NotingBlocks()
      const repo = new PinnedRepo(folder)
      const { root, blocks } = await someGraph(1)
      const garbage = await someBlock(10)

      await repo.put(...blocks, garbage)
      const collecting = new GarbageCollector(repo).run()

      await microtasks(moment)

      if (blocks.every(block => folder.stays(block))) { // else it began to be removed before
        await use(repo, root)
        await collecting
        assert.deepEqual(await repo.here(blocks), blocks, `at microtask ${moment}`)
      }

      await collecting
      assert.deepEqual(await repo.here([garbage]), [])
      outcomes.add((await repo.here(blocks)).length)
    }

    assert.deepEqual(outcomes, new Set([7, 0]))
  })
}

for (const [name, use] of [
  ['said to be here', async ({ blockstore }: PinnedRepo, { cid }: Block) => await blockstore.has(cid)],
  ['read', async ({ blockstore }: PinnedRepo, { cid }: Block) => await all(blockstore.get(cid)).then(() => true, () => false)],
  ['written', async (repo: PinnedRepo, block: Block) => await repo.put(block).then(() => true)]
] as const) {
  test(`a block that is ${name} at any moment of a collection stays`, async () => {
    const outcomes = new Set<boolean>()

    for (let moment = 0; moment < MICROTASKS; moment++) {
      const repo = new PinnedRepo(new NotingBlocks())
      const block = await someBlock(10)

      await repo.put(block, await someBlock(11))
      const collecting = new GarbageCollector(repo).run()

      await microtasks(moment)

      const isThere = await use(repo, block)
      await collecting
      outcomes.add(isThere)
      assert.equal((await repo.here([block])).length, isThere ? 1 : 0, `at microtask ${moment}`)
    }

    assert.ok(outcomes.has(true))
  })
}
