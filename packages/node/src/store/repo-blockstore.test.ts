import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryDatastore } from 'datastore-core/memory'
import { Key } from 'interface-datastore/key'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { openStore } from '../../test/stores.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { collect } from './collect.ts'
import { MemoryBlocks } from './memory-blocks.ts'
import { resolveStoreOptions } from './options.ts'
import { RepoBlockstore } from './repo-blockstore.ts'
import { memoryRepo, openRepo } from './repo.ts'
import type { FlatfsBlockstore } from './flatfs-blockstore.ts'
import type { StoreInit } from './options.ts'
import type { CID } from 'multiformats/cid'

function over (folder: FlatfsBlockstore | MemoryBlocks, init: StoreInit = {}, datastore: MemoryDatastore = new MemoryDatastore()): RepoBlockstore {
  return new RepoBlockstore({ folder, datastore }, resolveStoreOptions(init))
}

test('with maxStorage a block that would be over it is refused, on disk and in memory', async t => {
  const [{ cid, bytes }, other] = [await someBlock(600), await someBlock(500, 2)]

  for (const folder of [await openStore(t), new MemoryBlocks()]) {
    const store = over(folder, { maxStorage: 1_000 })

    await store.put(cid, bytes)
    await assert.rejects(async () => await store.put(other.cid, other.bytes), { name: 'RepoFullError', path: folder.path, limit: 1_000, size: 600, needed: 500 })
    assert.equal(await store.has(other.cid), false)
    assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 })

    await store.put(cid, bytes) // it is there: no more room is needed
    await store.delete(cid)
    await store.put(other.cid, [other.bytes.subarray(0, 200), other.bytes.subarray(200)])
    assert.deepEqual(await store.usage(), { bytes: 500, blocks: 1 })
    assert.deepEqual(await collect(store.get(other.cid), 1_000), other.bytes)
  }
})

test('maxStorage 0 is no limit', async () => {
  const store = over(new MemoryBlocks(), { maxStorage: 0 })
  const { cid, bytes } = await someBlock(600)

  await store.put(cid, bytes)
  assert.equal(store.maxStorage, Number.POSITIVE_INFINITY)
})

test('of writes beside each other no more go through than fit, and the same block counts once', async t => {
  const store = over(await openStore(t), { maxStorage: 1_000 })
  const blocks = await Promise.all(Array.from({ length: 20 }, async (_, index) => await someBlock(100, index + 1)))
  const twice = [...blocks, ...blocks].map(async ({ cid, bytes }) => await store.put(cid, bytes))
  const results = await Promise.allSettled(twice)
  const refused = results.flatMap(result => result.status === 'rejected' ? [result.reason as Error] : [])

  assert.ok(refused.every(({ name }) => name === 'RepoFullError'))
  assert.deepEqual(await store.usage(), { bytes: 1_000, blocks: 10 })
  assert.equal((await all(store.cids())).length, 10)
})

test('a write that fails takes no room', async () => {
  const folder = new MemoryBlocks()
  const store = over(folder, { maxStorage: 1_000 })
  const { cid, bytes } = await someBlock(600)
  const { put } = folder

  folder.put = async () => { throw new Error('the disk is gone') }
  await assert.rejects(async () => await store.put(cid, bytes), /the disk is gone/)
  folder.put = put
  await store.put(cid, bytes)
  assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 })
})

/** How often the blocks were looked at one by one. */
function countLooks (folder: FlatfsBlockstore): { readonly looks: number } {
  const counted = { looks: 0 }
  const { sizes } = folder

  folder.sizes = options => {
    counted.looks++

    return sizes.call(folder, options)
  }

  return counted
}

test('blocks are counted once, and again only when others have changed them', async t => {
  const [{ cid, bytes }, other] = [await someBlock(600), await someBlock(500, 2)]
  const folder = await openStore(t)
  const datastore = new MemoryDatastore()
  const counted = countLooks(folder)
  const use = async (work: (store: RepoBlockstore) => Promise<unknown>): Promise<number> => {
    const store = over(folder, { maxStorage: 2_000 }, datastore)
    const before = counted.looks

    await work(store)
    await store.close()

    return counted.looks - before
  }

  assert.equal(await use(async store => await store.put(cid, bytes)), 1)
  assert.equal(await use(async store => {
    assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 })
    await store.delete(cid)
    await store.put(cid, bytes)
  }), 0)
  assert.equal(await use(async store => { assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 }) }), 0)

  await folder.put(other.cid, other.bytes) // as another program would
  assert.equal(await use(async store => { assert.deepEqual(await store.usage(), { bytes: 1_100, blocks: 2 }) }), 1)

  await datastore.put(new Key('/node/space'), new TextEncoder().encode('damaged'))
  assert.equal(await use(async store => { assert.deepEqual(await store.usage(), { bytes: 1_100, blocks: 2 }) }), 1)
})

test('without a limit nothing is counted until it is asked for', async t => {
  const folder = await openStore(t)
  const counted = countLooks(folder)
  const store = over(folder)
  const { cid, bytes } = await someBlock(600)

  await store.put(cid, bytes)
  assert.equal(counted.looks, 0)
  assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 })
  assert.deepEqual(await store.usage(), { bytes: 600, blocks: 1 })
  assert.equal(counted.looks, 1)
  await store.delete(cid)
  assert.deepEqual(await store.usage(), { bytes: 0, blocks: 0 })
})

test('gcWatermark says from which part of maxStorage on the repo is getting full', async () => {
  for (const { gcWatermark, expected } of [{ gcWatermark: 0.5, expected: [500, 800] }, { gcWatermark: 0.8, expected: [800] }]) {
    const store = over(new MemoryBlocks(), { maxStorage: 1_000, gcWatermark })
    const told: number[] = []
    let written = 0

    store.onOverWatermark(() => { told.push(written) })

    for (let seed = 1; seed <= 8; seed++) {
      const { cid, bytes } = await someBlock(100, seed)

      written += 100
      await store.put(cid, bytes)
    }

    assert.deepEqual(told, expected)
  }
})

test('a look at a block is a use of it, a peek is not', async () => {
  const store = over(new MemoryBlocks())
  const { cid, bytes } = await someBlock(100)
  const uses: Array<[use: () => Promise<unknown>, isUse: boolean, isSeen: boolean]> = [
    [async () => await store.put(cid, bytes), true, true],
    [async () => await all(store.get(cid)), true, true],
    [async () => await store.has(cid), true, false],
    [async () => await store.size(cid), true, false],
    [async () => await store.peek(cid), false, false],
    [async () => await all(store.cids()), false, false]
  ]

  for (const [use, isUse, isSeen] of uses) {
    const seen: CID[] = []
    const tracker = store.track(cid => { seen.push(cid) })

    await use()
    assert.equal(tracker.used.has(cid), isUse, String(use))
    assert.deepEqual(seen, isSeen ? [cid] : [], String(use))
    tracker.end()
    await use()
    assert.equal(seen.length, isSeen ? 1 : 0)
  }
})

test('a block in memory whose removal began after it was asked for, and before it was read, is not there', async () => {
  const store = over(new MemoryBlocks())
  const { cid, bytes } = await someBlock(100)

  await store.put(cid, bytes)
  const asked = store.get(cid)
  const removing = store.removeUnused(cid, () => true)

  await assert.rejects(all(asked), { name: 'NotFoundError' })
  assert.equal(await removing, 100)
})

test('a repo keeps what its blocks take, and refuses what is over the limit it is opened with', async t => {
  const path = await temporaryFolder(t)
  const [{ cid, bytes }, other] = [await someBlock(600), await someBlock(500, 2)]
  const first = await openRepo(path, {}, { maxStorage: 1_000 })

  await first.blockstore.put(cid, bytes)
  await first.close()
  await writeFile(join(path, 'blocks', '_NOTE'), 'no block')

  const second = await openRepo(path, {}, { maxStorage: 1_000 })
  await assert.rejects(async () => await second.blockstore.put(other.cid, other.bytes), { name: 'RepoFullError' })
  await second.close()

  const inMemory = await memoryRepo({ maxStorage: 550 })
  await assert.rejects(async () => await inMemory.blockstore.put(cid, bytes), { name: 'RepoFullError', message: /the repo in memory is full/ })
})

test('a store in memory answers at once: what is asked of it for each block costs no promise', async () => {
  const store = over(new MemoryBlocks())
  const [{ cid, bytes }, other] = [await someBlock(64, 1), await someBlock(64, 2)]

  await store.put(cid, bytes)
  assert.deepEqual([store.has(cid), store.has(other.cid), store.size(cid)], [true, false, bytes.length])
  assert.ok(Symbol.iterator in store.get(cid))
  assert.throws(() => store.size(other.cid), { name: 'NotFoundError' })
})
