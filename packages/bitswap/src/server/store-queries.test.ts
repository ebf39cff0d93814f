import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { blockOf, blocksOf, cidOf, MemoryStore, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'

function isOver (promise: Promise<void> | undefined): () => boolean {
  let over = promise == null
  promise?.then(() => { over = true }, (error: unknown) => { throw error })

  return () => over
}

test('a peer\'s next message waits until the store has answered for this one', async () => {
  const serving = new Serving(new SlowStore(...blocksOf(2)))
  const over = isOver(serving.asking(wantHave(cidOf(1)), wantHave(cidOf(2))))

  await settled()
  assert.ok(!over())
  await serving.store.release(1)
  assert.ok(!over())
  await serving.store.release(1)
  assert.ok(over())
  assert.equal((await serving.deliver()).haves.length, 2)
})

test('so many questions of one peer are with the store as the option says, the most urgent first, however many messages they came in', async () => {
  const serving = new Serving(new SizingStore(), { maxReadsPerPeer: 2 })
  const asked = (): CID[] => serving.store.held.map(({ cid }) => cid)

  const overs = [isOver(serving.asking(wantHave(cidOf(1)), wantHave(cidOf(2)), wantHave(cidOf(3)))), isOver(serving.asking(wantHave(cidOf(4), { priority: 9 })))]
  assert.deepEqual(asked(), [1, 2].map(cidOf))
  await serving.store.release()
  assert.deepEqual(asked(), [4, 3].map(cidOf))
  await serving.store.release()
  assert.deepEqual(overs.map(over => over()), [true, true])
})

test('one peer\'s questions do not keep another\'s from being asked', async () => {
  const serving = new Serving(new SizingStore(), { maxReadsPerPeer: 2 })

  const pending = serving.asking(...blocksOf(100).map(({ cid }) => wantHave(cid)))
  const others = serving.server.received(serving.other, { full: false, wants: [wantHave(cidOf(500))], cancels: [] })
  assert.ok(pending != null && others != null)
  assert.deepEqual(serving.store.held.map(({ cid }) => cid), [cidOf(1), cidOf(2), cidOf(500)])
})

test('a want that is cancelled before its turn is not asked about, and one that is being asked about is not answered', async () => {
  const serving = new Serving(new SizingStore(...blocksOf(3)), { maxReadsPerPeer: 1 })
  const over = isOver(serving.asking(...blocksOf(3).map(({ cid }) => wantHave(cid, { sendDontHave: true }))))

  serving.cancels(cidOf(1), cidOf(2))
  serving.store.isOpen = true
  await serving.store.release()
  assert.ok(over())
  assert.deepEqual((await serving.deliver()).haves, [cidOf(3)])
  assert.equal(serving.store.calls.length, 2)
})

test('a peer that leaves lets go of whoever waits for its answers', async () => {
  const serving = new Serving(new SizingStore())
  const over = isOver(serving.asking(wantHave(cidOf(1))))

  serving.server.peerDisconnected(serving.peer)
  await settled()
  assert.ok(over())
})

test('a want for a block is answered by reading it, while there is room; a store is not asked twice for it', async () => {
  const serving = new Serving(new SizingStore(blockOf(1)))
  serving.store.isOpen = true

  await serving.asking(wantBlock(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  assert.deepEqual(serving.store.calls, ['get'])
})

test('a want for a missing block, read for at once, is answered DONT_HAVE and opens no stream for blocks', async () => {
  const serving = new Serving(new SizingStore())

  const pending = serving.asking(wantBlock(cidOf(1), { sendDontHave: true }))
  assert.ok(!serving.server.hasBlocks(serving.peer))
  await serving.store.release()
  await pending
  assert.deepEqual(serving.wakes, ['wants'])
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
})

test('a store in memory is asked without a promise', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))

  assert.equal(serving.asking(wantBlock(cidOf(1)), wantHave(cidOf(2)), wantHave(cidOf(3))), undefined)
  assert.ok(!(serving.server.envelopeFor(serving.peer) instanceof Promise))
})

test('a filter that takes its time holds up that peer\'s next message, not others', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const serving: Serving = new Serving(new MemoryStore(blockOf(1)), { filter: peer => peer.equals(serving.peer) ? promise : true })
  const over = isOver(serving.asking(wantBlock(cidOf(1))))

  assert.equal(serving.server.received(serving.other, { full: false, wants: [wantBlock(cidOf(1))], cancels: [] }), undefined)
  assert.equal((await serving.deliver(serving.other)).blocks.length, 1)
  assert.ok(!over())
  resolve(true)
  await settled()
  assert.ok(over())
  assert.equal((await serving.deliver()).blocks.length, 1)
})

test('a want that is cancelled while the filter is asked is not asked about further', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const serving = new Serving(new MemoryStore(blockOf(1)), { filter: () => promise })
  const over = isOver(serving.asking(wantBlock(cidOf(1))))

  serving.cancels(cidOf(1))
  resolve(true)
  await settled()
  assert.ok(over())
  assert.deepEqual(serving.store.calls, [])
})

test('a filter that does not answer in time denies, is named in the log, and holds up the next message no longer', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { filter: async () => await new Promise<boolean>(() => {}), filterTimeout: 500 })
  const over = isOver(serving.asking(wantBlock(cidOf(1), { sendDontHave: true })))

  await serving.clock.advance(499)
  assert.ok(!over())
  await serving.clock.advance(1)
  assert.ok(over())
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  assert.deepEqual([serving.server.stats.denied, serving.server.stats.filterErrors, serving.logged('filter failed').length], [1, 1, 1])
})

test('an answer of the filter that came in time, or is awaited when the server stops, leaves no timer', async () => {
  for (const answers of [true, false]) {
    const serving = new Serving(new MemoryStore(), { filter: async () => await (answers ? true : new Promise<boolean>(() => {})) })

    serving.wants(wantBlock(cidOf(1)))
    await settled()

    if (!answers) {
      serving.server.stop()
    }

    assert.equal(serving.clock.pending, 0)
  }
})

test('what is denied is looked up in the store all the same, so that it takes as long as what is missing', async () => {
  const serving = new Serving(new SizingStore(blockOf(1)), { filter: () => false })
  const over = isOver(serving.asking(wantBlock(cidOf(1), { sendDontHave: true })))

  assert.deepEqual(serving.store.waiting, ['size'])
  assert.ok(!serving.server.hasPresences(serving.peer))
  await serving.store.release()
  assert.ok(over())
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
})

test('a filter that changes its mind is heeded: by the next want, and when the block arrives', async () => {
  let isAllowed = false
  const serving = new Serving(new MemoryStore(blockOf(1)), { filter: () => isAllowed })
  serving.wants(wantHave(cidOf(1), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])

  isAllowed = true
  serving.wants(wantHave(cidOf(1), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).haves, [cidOf(1)])

  isAllowed = false
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  serving.server.blocksArrived([blockOf(1)])
  assert.deepEqual((await serving.deliver()).dontHaves, [])

  isAllowed = true
  serving.server.blocksArrived([blockOf(1)])
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('who is denied a block does not learn when it comes', async () => {
  const serving = new Serving(new SlowStore(), { filter: () => false })
  const want = wantBlock(cidOf(1), { sendDontHave: true })
  const answered = async (): Promise<CID[]> => {
    await serving.store.release()

    return (await serving.deliver()).dontHaves
  }

  serving.wants(want)
  assert.deepEqual(await answered(), [cidOf(1)])
  serving.store.memory.put(blockOf(1))
  serving.server.blocksArrived([blockOf(1)])
  serving.server.blocksArrived([{ cid: cidOf(1) }]) // while it is being looked up
  assert.deepEqual(await answered(), [])

  serving.server.blocksArrived([blockOf(1)])
  serving.wants(want)
  assert.deepEqual(await answered(), [cidOf(1)]) // but is told when it asks meanwhile
})

for (const wasSent of [false, true]) {
  test(`that we lack a block is said again though the block has come, to one who is denied it, when it was lost${wasSent ? ' after it was sent' : ''}`, async () => {
    const serving = new Serving(new SlowStore(), { filter: () => false })

    serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
    await serving.store.release()
    const delivery = serving.server.presencesFor(serving.peer)

    if (wasSent) {
      delivery?.sent()
    }

    serving.server.blocksArrived([blockOf(1)])
    delivery?.lost(new Error('reset'))
    await serving.store.release()
    assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  })
}

test('who may know of a block and not have it does not get it by asking in two steps', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { filter: (_peer, _cid, wantType) => wantType === 'have' })

  serving.wants(wantHave(cidOf(1)))
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[], [], [cidOf(1)]])
})
