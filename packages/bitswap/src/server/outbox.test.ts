import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, SizingStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { Delivery } from './block-lane.ts'

const error = new Error('stream reset')

function presences (serving: Serving): Delivery {
  const delivery = serving.server.presencesFor(serving.peer)
  assert.ok(delivery != null)

  return delivery
}

test('a want is over when its block was written, not before', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)))

  const envelope = serving.envelope()
  assert.equal(serving.server.wantlistForPeer(serving.peer).length, 1)
  envelope.sent()
  assert.equal(serving.server.wantlistForPeer(serving.peer).length, 0)
})

test('blocks that were lost are due again, without being counted', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))
  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid)))

  serving.envelope().lost(error)
  assert.deepEqual([serving.server.stats.blocksSent, serving.server.stats.lost], [0, 1])
  assert.ok(serving.server.hasBlocks(serving.peer))
  assert.equal((await serving.deliver()).blocks.length, 3)
  assert.equal(serving.server.stats.blocksSent, 3)
})

test('whoever lost a message knows: it is not woken for what it lost', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2), { sendDontHave: true }))
  const [envelope, told] = [serving.envelope(), presences(serving)]
  serving.wakes.length = 0

  envelope.lost(error)
  told.lost(error)
  assert.deepEqual(serving.wakes, [], 'or a peer that resets every stream would be tried for ever')
})

test('a block that was cancelled while it was lost is not due again', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()

  serving.cancels(cidOf(1))
  envelope.lost(error)
  assert.ok(!serving.server.hasBlocks(serving.peer))
})

test('a message with blocks that is lost gives back what was read for the next', async () => {
  const serving = new Serving(new SizingStore(...blocksOf(4)), { targetMessageSize: 4000 })
  serving.store.isOpen = true
  await serving.asking(...blocksOf(4).map(({ cid }) => wantBlock(cid)))
  const first = serving.envelope()
  serving.store.calls.length = 0

  first.lost(error)
  assert.equal((await serving.deliver()).blocks.length, 4)
  assert.deepEqual(serving.store.calls, ['get', 'get', 'get', 'get'])
})

test('presences that were lost are due again, unless something else became of them', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))
  const missing = [cidOf(11), cidOf(12)]

  serving.wants(...blocksOf(3).map(({ cid }) => wantHave(cid)), ...missing.map(cid => wantHave(cid, { sendDontHave: true })))
  const told = presences(serving)
  serving.cancels(cidOf(1), cidOf(11))
  serving.wants(wantBlock(cidOf(2)))
  told.lost(error)

  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(2)], [cidOf(3)], [cidOf(12)]])
})

test('refusals that were lost are due again, unless the want has been taken up since', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(4)), { maxWantsPerPeer: 1 })

  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid, { sendDontHave: true })))
  const told = presences(serving)
  serving.fullWants(wantBlock(cidOf(2)))
  told.lost(error)

  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, dontHaves], [[cidOf(2)], [cidOf(3)]])
})

test('what was lost after the peer left, or came back, is nobody\'s', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  const { server, peer } = serving
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2), { sendDontHave: true }))
  const deliveries = [serving.envelope(), presences(serving)]

  server.peerDisconnected(peer)
  server.peerConnected(peer)
  deliveries.forEach(delivery => { delivery.lost(error) })
  assert.deepEqual([server.hasBlocks(peer), server.hasPresences(peer), server.wantlistForPeer(peer)], [false, false, []])
})

test('what was written and may not have arrived is due again, and the peer is seen to', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2)), wantHave(cidOf(11), { sendDontHave: true }))
  const [envelope, told] = [serving.envelope(), presences(serving)]
  envelope.sent()
  told.sent()
  serving.wakes.length = 0

  envelope.lost(error)
  assert.deepEqual(serving.wakes, ['blocks'])
  told.lost(error)
  assert.ok(serving.wakes.includes('wants'))
  assert.equal(serving.server.stats.restored, 3)
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(1)], [cidOf(2)], [cidOf(11)]])
  assert.equal(names(serving.server.wantlistForPeer(serving.peer).map(({ cid }) => cid)).length, 1)
})

test('it is not due again when the peer has left, has sent a full list since, or wants it anew', async () => {
  const cases: Array<{ between (serving: Serving): void, restored: number, blocks: number }> = [
    { between: serving => { serving.server.peerDisconnected(serving.peer) }, restored: 0, blocks: 0 },
    { between: serving => { serving.fullWants() }, restored: 0, blocks: 0 },
    { between: serving => { serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2))) }, restored: 0, blocks: 2 },
    { between: () => undefined, restored: 2, blocks: 2 }
  ]

  for (const { between, restored, blocks } of cases) {
    const serving = new Serving(new MemoryStore(...blocksOf(2)))
    serving.wants(...blocksOf(2).map(({ cid }) => wantBlock(cid)))
    const envelope = serving.envelope()
    envelope.sent()
    between(serving)
    envelope.lost(error)
    assert.equal(serving.server.stats.restored, restored)
    assert.equal((await serving.deliver()).blocks.length, blocks)
  }
})

test('it is due again three times, and then the peer has to ask', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(11), { sendDontHave: true }))

  for (let time = 1; time <= 4; time++) {
    const deliveries = [serving.envelope(), presences(serving)]
    deliveries.forEach(delivery => { delivery.sent() })
    deliveries.forEach(delivery => { delivery.lost(error) })
    assert.equal(serving.server.stats.restored, 2 * Math.min(time, 3))
  }

  assert.deepEqual([serving.server.hasBlocks(serving.peer), serving.server.hasPresences(serving.peer)], [false, false])
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(11), { sendDontHave: true }))
  const deliveries = [serving.envelope(), presences(serving)]
  deliveries.forEach(delivery => { delivery.sent() })
  deliveries.forEach(delivery => { delivery.lost(error) })
  assert.equal(serving.server.stats.restored, 8, 'from then on it is a new question')
})

test('it is not due again when the peer wants so much by now that there is no room for it', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)), { maxWantsPerPeer: 1 })
  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()
  envelope.sent()
  serving.wants(wantBlock(cidOf(2)))
  envelope.lost(error)

  assert.deepEqual(serving.server.wantlistForPeer(serving.peer), [wantBlock(cidOf(2))])
})
