import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { WantEntry } from '../message/message.ts'

test('a store that fails is asked again, later and later, and then the block counts as missing', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { storeAttempts: 3, storeRetryDelay: 100 })
  const { store, clock, server } = serving
  store.failure = new Error('no disk')

  assert.equal(serving.asking(wantHave(cidOf(1), { sendDontHave: true })), undefined, 'nobody waits for it to recover')
  assert.equal(store.calls.length, 1)
  await clock.advance(99)
  assert.equal(store.calls.length, 1)
  await clock.advance(1)
  assert.equal(store.calls.length, 2)
  await clock.advance(199)
  assert.equal(store.calls.length, 2)
  assert.ok(!server.hasPresences(serving.peer))
  await clock.advance(1)

  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  assert.deepEqual([server.stats.storeErrors, server.stats.storeFailures], [3, 1])
  assert.equal(serving.logged('block store failed').length, 3)
  assert.equal(clock.pending, 0)
})

test('a store that recovers in time is as good as one that never failed', async () => {
  for (const store of [new MemoryStore(blockOf(1)), new SlowStore(blockOf(1)), new SizingStore(blockOf(1))]) {
    const serving = new Serving<MemoryStore | SlowStore>(store)
    const memory = store instanceof SlowStore ? store.memory : store
    memory.failure = new Error('no disk')

    if (store instanceof SlowStore) {
      store.isOpen = true
    }

    await serving.asking(wantBlock(cidOf(1), { sendDontHave: true }))
    memory.failure = undefined
    await serving.clock.advance(250)

    const { blocks, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, dontHaves], [[cidOf(1)], []])
  }
})

test('a store that fails only for one block delays only that block', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))
  const { store } = serving
  const has = store.has.bind(store)

  store.has = cid => {
    if (cid.equals(cidOf(2))) {
      throw new Error('bad sector')
    }

    return has(cid)
  }
  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1), cidOf(3)])
  store.has = has
  await serving.clock.advance(250)
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(2)])
})

test('a read that fails is tried again, as often as a question', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { storeAttempts: 2, storeRetryDelay: 100 })
  serving.wants(wantHave(cidOf(1))) // so that it is not read at once
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  const get = serving.store.get.bind(serving.store)

  serving.store.get = () => { throw new Error('corrupt') }
  assert.equal(serving.server.envelopeFor(serving.peer), undefined)
  await serving.clock.advance(100)
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])

  serving.store.get = get
  serving.wants(wantBlock(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('a block whose read failed is read again only when there is room for the size it is known to have', async () => {
  const serving = new Serving(new SizingStore(blockOf(1, 5000), ...[2, 3].map(seed => blockOf(seed, 100))), { maxReadAheadPerPeer: 1200, storeAttempts: 2, storeRetryDelay: 100 })
  const get = serving.store.get.bind(serving.store)

  serving.store.isOpen = true
  await serving.asking(wantBlock(cidOf(2)))
  await serving.deliver() // blocks are small, as far as it knows
  await serving.asking(wantHave(cidOf(1)))
  serving.store.get = () => { throw new Error('corrupt') }
  await serving.asking(wantBlock(cidOf(1)))
  assert.equal(serving.server.envelopeFor(serving.peer), undefined)
  assert.equal(serving.server.stats.storeErrors, 1)
  serving.store.get = get
  await serving.asking(wantBlock(cidOf(3))) // read ahead, and in the way

  const reads = serving.store.calls.filter(name => name === 'get').length
  await serving.clock.advance(100)
  assert.equal(serving.store.calls.filter(name => name === 'get').length, reads)
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(3), cidOf(1)])
})

test('a want that comes again after the store was given up has as many attempts as the first', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { storeAttempts: 2 })
  serving.store.failure = new Error('no disk')
  serving.wants(wantHave(cidOf(1)))
  await serving.clock.run()
  assert.equal(serving.server.stats.storeErrors, 2)

  serving.wants(wantHave(cidOf(1)))
  serving.store.failure = undefined
  await serving.clock.run()
  assert.deepEqual((await serving.deliver()).haves, [cidOf(1)])
})

test('a block that arrives while the store is left alone is served at once', async () => {
  const serving = new Serving(new MemoryStore())
  serving.store.failure = new Error('no disk')
  serving.wants(wantBlock(cidOf(1)))

  serving.server.blocksArrived([blockOf(1)])
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  await serving.clock.run()
  assert.equal(serving.store.calls.length, 1)
})

test('a store that does not answer in time has failed', async () => {
  const serving = new Serving(new SizingStore(), { storeTimeout: 1000, storeAttempts: 1 })
  const pending = serving.asking(wantHave(cidOf(1), { sendDontHave: true }))

  await serving.clock.advance(999)
  assert.ok(!serving.server.hasPresences(serving.peer))
  await serving.clock.advance(1)
  await pending
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  assert.equal(serving.server.stats.storeErrors, 1)
})

const ALLOWED: ReadonlyMap<number, string> = new Map([[1, 'peer'], [2, 'other'], [3, 'both']])

function answered (wants: WantEntry[], allowed: Set<string>): { denied: string[], served: string[] } {
  const served = wants.filter(({ cid }) => allowed.has(cid.toString())).map(({ cid }) => cid)

  return { served: names(served), denied: names(wants.map(({ cid }) => cid).filter(cid => !served.includes(cid))) }
}

for (const wantType of ['block', 'have'] as const) {
  test(`a ${wantType} that the filter denies is answered as if it were missing, each peer by its own rights`, async () => {
    const serving: Serving = new Serving(new MemoryStore(...blocksOf(3)), {
      filter: (peer, cid) => [...ALLOWED].some(([seed, who]) => cid.equals(cidOf(seed)) && (who === 'both' || peer.equals(who === 'peer' ? serving.peer : serving.other)))
    })
    const wants = blocksOf(3).map(({ cid }) => wantBlock(cid, { wantType, sendDontHave: true }))
    const expected: Array<[PeerId, number[]]> = [[serving.peer, [1, 3]], [serving.other, [2, 3]]]

    for (const [peer, seeds] of expected) {
      serving.from(peer, { wants })
      const { blocks, haves, dontHaves } = await serving.deliver(peer)
      assert.deepEqual({ served: names([...blocks, ...haves]), denied: names(dontHaves) }, answered(wants, new Set(seeds.map(seed => cidOf(seed).toString()))))
    }

    assert.equal(serving.server.stats.denied, 2)
  })
}

test('a store of another version, which hands over bytes and not pieces of a block, has failed: no empty block is sent', async () => {
  for (const get of [() => blockOf(1).bytes, async () => blockOf(1).bytes]) {
    const serving = new Serving({ has: () => true, get: get as unknown as MemoryStore['get'] }, { storeAttempts: 1 })

    serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
    await settled()
    const { blocks, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, dontHaves], [[], [cidOf(1)]])
    assert.equal(serving.server.stats.storeFailures, 1)
  }
})

test('a size that is none is not counted with', async () => {
  for (const size of [NaN, -5, 1.5]) {
    const store = Object.assign(new SlowStore(blockOf(1, 4000)), { size: async () => size })
    const serving = new Serving(store)

    store.isOpen = true
    serving.wants(wantHave(cidOf(1)))
    await settled()
    assert.deepEqual((await serving.deliver()).haves, [cidOf(1)])
    serving.wants(wantHave(cidOf(1)))
    await settled()
    serving.wants(wantBlock(cidOf(1)))
    await settled()
    const { pendingBytes, readAheadBytes } = serving.server.stat()
    assert.deepEqual([pendingBytes, readAheadBytes], [4000, 4000])
    assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
    assert.equal(serving.server.stat().readAheadBytes, 0)
  }
})
