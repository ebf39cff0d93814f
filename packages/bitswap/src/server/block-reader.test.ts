import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { blockOf, blocksOf, cidOf, cidV0Of, MemoryStore, settled, SizingStore, SlowStore } from '../../test/support/serving.ts'
import { multihashKey } from '../core/cid-map.ts'
import type { Block } from '../message/message.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { BlockReader } from './block-reader.ts'
import type { LookUpResult, ReadResult, ServedBlockstore } from './block-reader.ts'
import { SERVER_DEFAULTS } from './options.ts'
import type { ServerOptions } from './options.ts'
import { createServerStats } from './stats.ts'

function readerOf (blockstore: ServedBlockstore, options: Partial<ServerOptions> = {}): BlockReader {
  return new BlockReader({ blockstore, clock: new VirtualClock(), stats: createServerStats() }, { ...SERVER_DEFAULTS, ...options })
}

function lookUp (reader: BlockReader, seed: number): LookUpResult | Promise<LookUpResult> {
  return reader.lookUp(cidOf(seed), multihashKey(cidOf(seed)), 'a')
}

function read (reader: BlockReader, seed: number): ReadResult | Promise<ReadResult> {
  return reader.read(cidOf(seed), multihashKey(cidOf(seed)), 'a')
}

test('a store in memory is asked, measured and read without a promise', () => {
  const block = blockOf(1, 10)
  const reader = readerOf(new MemoryStore(block))

  assert.deepEqual(lookUp(reader, 1), { status: 'found', size: 10 })
  assert.deepEqual(read(reader, 1), { status: 'bytes', bytes: block.bytes })
  assert.ok(reader.isSynchronous)
})

test('a store whose size is the number of its blocks is not asked for sizes', () => {
  const store = Object.assign(new MemoryStore(blockOf(1, 10)), { size: 1 })

  assert.deepEqual(lookUp(readerOf(store as never), 1), { status: 'found', size: 10 })
})

test('a missing block is missing, an empty one is there', async () => {
  for (const store of [new MemoryStore(blockOf(1, 0)), new SlowStore(blockOf(1, 0)), new SizingStore(blockOf(1, 0))]) {
    const reader = readerOf(store)

    if (store instanceof SlowStore) {
      store.isOpen = true
    }

    assert.equal((await lookUp(reader, 1)).status, 'found')
    assert.equal((await read(reader, 1)).status, 'bytes')
    assert.deepEqual([await lookUp(reader, 2), await read(reader, 2)], [{ status: 'missing' }, { status: 'missing' }])
  }
})

test('of 32 keys the 31 that are there are found', async () => {
  const store = new SlowStore(...blocksOf(31))
  const reader = readerOf(store)
  store.isOpen = true

  const results = await Promise.all(Array.from({ length: 32 }, async (_, index) => (await read(reader, index + 1)).status))
  assert.equal(results.filter(status => status === 'bytes').length, 31)
  assert.equal(results.at(-1), 'missing')
})

test('a store that tells sizes is asked for the size, and not read', async () => {
  const store = new SizingStore(blockOf(1, 10))
  const reader = readerOf(store)
  store.isOpen = true

  assert.deepEqual(await lookUp(reader, 1), { status: 'found', size: 10 })
  assert.deepEqual(store.calls, ['size'])
})

test('a store that promises in another way is waited for', async () => {
  const memory = new MemoryStore(blockOf(1, 10))
  const store = { has: () => foreignPromise(Promise.resolve(false)), get: (cid: CID) => memory.get(cid) }

  assert.deepEqual(await lookUp(readerOf(store), 1), { status: 'missing' })
})

test('a store that cannot tell sizes is never read for one; a size once read is remembered', async () => {
  const store = new SlowStore(blockOf(1, 10))
  const reader = readerOf(store)
  store.isOpen = true

  assert.deepEqual(await lookUp(reader, 1), { status: 'found', size: undefined })
  assert.deepEqual(store.calls, ['has'])

  await read(reader, 1)
  assert.deepEqual(await lookUp(reader, 1), { status: 'found', size: 10 })
  assert.deepEqual(store.calls, ['has', 'get', 'has'])

  store.memory.delete(cidOf(1))
  assert.deepEqual(await lookUp(reader, 1), { status: 'missing' })
})

test('so many sizes are remembered as the option says, and not one more', async () => {
  const store = new SlowStore(...blocksOf(3, 10))
  const reader = readerOf(store, { maxSizesRemembered: 2 })
  store.isOpen = true

  for (const { cid } of blocksOf(3)) {
    reader.arrived(multihashKey(cid), 10)
  }

  const sizes = await Promise.all([1, 2, 3].map(async seed => await lookUp(reader, seed)))
  assert.deepEqual(sizes.map(result => result.status === 'found' ? result.size : 0), [undefined, 10, 10])
})

test('who wants the same block at the same time shares the read, by whatever name', async () => {
  const store = new SlowStore(blockOf(1))
  const reader = readerOf(store)
  const results = [read(reader, 1), reader.read(cidV0Of(1), multihashKey(cidV0Of(1)), 'a')]

  assert.deepEqual(store.waiting, ['get'])
  await store.release()
  const [first, second] = [await results[0], await results[1]]
  assert.ok(first?.status === 'bytes' && second?.status === 'bytes')
  assert.equal(first.bytes, second.bytes)

  assert.ok(read(reader, 1) instanceof Promise)
  assert.deepEqual(store.waiting, ['get'], 'which is over now')
})

test('a block of the largest size is found and read, one that is a byte larger is not', async () => {
  for (const store of [new MemoryStore(), new SlowStore(), new SizingStore()]) {
    const blocks: [Block, Block] = [blockOf(1, 10), blockOf(2, 11)]
    const reader = readerOf(store, { maxBlockSize: 10 })

    if (store instanceof SlowStore) {
      store.isOpen = true
      store.memory.put(...blocks)
    } else {
      store.put(...blocks)
    }

    assert.equal((await lookUp(reader, 1)).status, 'found')
    assert.equal((await read(reader, 1)).status, 'bytes')
    assert.equal((await read(reader, 2)).status, 'oversize')
    assert.equal((await lookUp(reader, 2)).status, 'oversize', 'by then it is known')
  }
})

test('what a store throws or rejects with is reported, not thrown', async () => {
  const failure = new Error('no disk')
  const memory = new MemoryStore(blockOf(1))
  const slow = new SlowStore(blockOf(1))
  memory.failure = failure
  slow.memory.failure = failure
  slow.isOpen = true

  for (const reader of [readerOf(memory), readerOf(slow)]) {
    assert.deepEqual(await lookUp(reader, 1), { status: 'failed', error: failure })
    assert.deepEqual(await read(reader, 1), { status: 'failed', error: failure })
  }
})

test('a block that has come into the store is read anew, whatever the reads under way say, and that read is shared', async () => {
  const store = new SlowStore()
  const reader = readerOf(store)
  const before = read(reader, 1)

  reader.arrived(multihashKey(cidOf(1)), undefined)
  const after = read(reader, 1)
  assert.deepEqual(store.waiting, ['get', 'get'])
  await store.release(1)
  assert.equal((await before).status, 'missing')
  assert.equal(read(reader, 1), after)
  store.memory.put(blockOf(1))
  await store.release()
  assert.equal((await after).status, 'bytes')
})

test('a store known to take its time is not tried again for whether it answers at once', async () => {
  let reads = 0
  const store = new SlowStore(...blocksOf(3))
  const get = store.get.bind(store)
  const reader = readerOf(store)

  store.isOpen = true
  store.get = (...args) => {
    reads++

    return get(...args)
  }

  for (const seed of [1, 2, 3]) {
    assert.deepEqual(await lookUp(reader, seed), { status: 'found', size: undefined })
  }

  assert.equal(reads, 1)
})

test('a read that failed is not shared with who comes later', async () => {
  const store = new SlowStore(blockOf(1))
  const reader = readerOf(store)
  store.isOpen = true
  store.memory.failure = new Error('no disk')

  assert.equal((await read(reader, 1)).status, 'failed')
  store.memory.failure = undefined
  assert.equal((await read(reader, 1)).status, 'bytes')
})

test('so many questions and reads are with the store at once as the option says, over all that ask', async () => {
  const store = new SlowStore(...blocksOf(16))
  const reader = readerOf(store, { maxConcurrentReads: 5 })
  const results = blocksOf(16).map(async (_, index) => await (index % 2 === 0 ? read(reader, index + 1) : lookUp(reader, index + 1)))

  await settled()
  assert.equal(store.held.length, 5)
  store.isOpen = true
  await store.release()
  assert.ok((await Promise.all(results)).every(({ status }) => status === 'bytes' || status === 'found'))
  assert.equal(store.mostAtOnce, 5)
})

test('stopping aborts what the store is asked', async () => {
  const store = new SlowStore(blockOf(1))
  const reader = readerOf(store)
  const reason = new Error('stopped')
  const result = read(reader, 1)

  reader.stop(reason)
  assert.deepEqual(await result, { status: 'failed', error: reason })
  assert.deepEqual(store.aborted, [reason])
  assert.deepEqual(lookUp(reader, 1), { status: 'failed', error: reason })
})

test('a block of unknown size is taken to have the size blocks have had', () => {
  const reader = readerOf(new MemoryStore(...blocksOf(50, 1000)))

  assert.equal(reader.typicalSize, 262_144)
  assert.ok(!(read(reader, 1) instanceof Promise))
  assert.equal(reader.typicalSize, 1000)
})
