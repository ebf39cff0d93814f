import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, cidV0Of, MemoryStore, names, Serving, settled, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'

test('a want for a block is answered with the block, a want-have with HAVE, and both are over then', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))

  assert.equal(serving.asking(wantBlock(cidOf(1)), wantHave(cidOf(2))), undefined)
  assert.ok(serving.server.hasBlocks(serving.peer))
  assert.ok(serving.server.hasPresences(serving.peer))
  assert.deepEqual(new Set(serving.wakes), new Set(['wants', 'blocks']))

  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(1)], [cidOf(2)], []])
  assert.deepEqual(serving.server.wantlistForPeer(serving.peer), [])
  assert.ok(!serving.server.hasBlocks(serving.peer) && !serving.server.hasPresences(serving.peer))
  assert.equal(serving.server.envelopeFor(serving.peer), undefined)
  assert.equal(serving.server.presencesFor(serving.peer), undefined)
})

test('a missing block is answered DONT_HAVE if asked, else not at all, and the want stays', async () => {
  const serving = new Serving(new MemoryStore())
  const wants = [wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2), { sendDontHave: true }), wantBlock(cidOf(3)), wantHave(cidOf(4))]

  serving.wants(...wants)

  assert.deepEqual(names((await serving.deliver()).dontHaves), names([cidOf(1), cidOf(2)]))
  assert.deepEqual(serving.server.wantlistForPeer(serving.peer), wants)
})

test('with DONT_HAVE switched off nobody is told', async () => {
  const serving = new Serving(new MemoryStore(), { sendDontHaves: false, maxWantsPerPeer: 1 })

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2), { sendDontHave: true }))
  assert.ok(!serving.server.hasPresences(serving.peer))
})

test('a block is sent under the name it was asked by, and each name is answered', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidV0Of(1)), wantBlock(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidV0Of(1), cidOf(1)])
})

test('a small block is the answer to a want-have, up to the size in the option and not a byte more', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1, 1024), blockOf(2, 1025), blockOf(3, 0)))

  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2)), wantHave(cidOf(3)))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1), cidOf(3)], [cidOf(2)]])
})

test('with a replace size of 0 every want-have is answered HAVE, also for an empty block', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1, 1), blockOf(2, 0)), { wantHaveReplaceSize: 0 })

  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2)))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[], [cidOf(1), cidOf(2)]])
})

test('an empty wantlist changes nothing', () => {
  const serving = new Serving(new MemoryStore())

  serving.wants()
  assert.deepEqual(serving.server.peers(), [])
  assert.deepEqual(serving.wakes, [])
})

test('the wantlist of a peer grows with its messages, and is its own', () => {
  const serving = new Serving(new MemoryStore())

  serving.wants(wantBlock(cidOf(1)))
  serving.wants(wantHave(cidOf(2), { priority: -5 }))
  serving.cancels(cidOf(9))

  assert.deepEqual(serving.server.wantlistForPeer(serving.peer), [wantBlock(cidOf(1)), wantHave(cidOf(2), { priority: -5 })])
  assert.deepEqual(serving.server.wantlistForPeer(serving.other), [])
  serving.server.peerDisconnected(serving.peer)
  assert.deepEqual(serving.server.wantlistForPeer(serving.peer), [])
})

test('a peer that wants something is a partner, until it leaves', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  assert.deepEqual(serving.server.peers(), [])
  serving.wants(wantBlock(cidOf(1)))
  serving.from(serving.other, { full: true, wants: [wantBlock(cidOf(1))] })

  const byId = [serving.peer, serving.other].sort((a, b) => a.toString() < b.toString() ? -1 : 1)
  assert.deepEqual(serving.server.peers(), byId)
  serving.server.peerDisconnected(serving.peer)
  assert.deepEqual(serving.server.peers(), [serving.other])
})

test('a thousand blocks are accounted for to the byte', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(1000, 7)))
  const { server, peer } = serving

  for (let seed = 1; seed <= 1000; seed++) {
    serving.wants(wantBlock(cidOf(seed)))
    await serving.deliver()
  }

  server.blockReceivedFrom(peer, 99)
  assert.deepEqual(server.ledgerForPeer(peer), { value: 70, sent: 7000, received: 99, exchanged: 1001, exchangedAgo: 0 })
  assert.deepEqual([server.stats.blocksSent, server.stats.dataSent], [1000, 7000])
})

test('an account outlives a disconnect; so many are kept as the option says', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { maxReceiptsKept: 1 })
  const { server, peer, other } = serving

  server.blockReceivedFrom(peer, 5)
  server.blockReceivedFrom(other, 6)
  server.blockReceivedFrom(peerIdFromSeed(3), 7)
  server.peerDisconnected(peer)
  assert.equal(server.ledgerForPeer(peer)?.received, 5)
  server.peerDisconnected(other)
  assert.equal(server.ledgerForPeer(peer), undefined)
  assert.equal(server.ledgerForPeer(other)?.received, 6)
  assert.equal(server.ledgerForPeer(peerIdFromSeed(3)), undefined)
})

test('what was sent counts when it was written, not when it was taken', () => {
  const serving = new Serving(new MemoryStore(blockOf(1, 10)))
  serving.wants(wantBlock(cidOf(1)))

  const envelope = serving.envelope()
  assert.deepEqual([serving.server.stats.dataSent, serving.server.ledgerForPeer(serving.peer)?.sent], [0, 0])
  envelope.sent()
  assert.deepEqual([serving.server.stats.dataSent, serving.server.ledgerForPeer(serving.peer)?.sent], [10, 10])
})

test('presences are counted when they were written', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2), { sendDontHave: true }), wantHave(cidOf(3), { sendDontHave: true }))
  assert.deepEqual([serving.server.stats.havesSent, serving.server.stats.dontHavesSent], [0, 0])
  await serving.deliver()
  assert.deepEqual([serving.server.stats.havesSent, serving.server.stats.dontHavesSent], [1, 2])
})

test('pending bytes are what is still to come, without what is in the message', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3, 2000)), { targetMessageSize: 2000 })

  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid)), wantHave(cidOf(9), { sendDontHave: true }))
  assert.equal(serving.server.presencesFor(serving.peer)?.pendingBytes, 6000)
  assert.deepEqual([serving.envelope().pendingBytes, serving.envelope().pendingBytes, serving.envelope().pendingBytes], [4000, 2000, 0])
})

test('messages of peers that are not connected are counted, and recreate nothing', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  const { server, peer } = serving

  server.peerDisconnected(peer)
  serving.wants(wantBlock(cidOf(1)))

  assert.equal(server.stats.late, 1)
  assert.deepEqual([server.peers(), server.hasBlocks(peer), server.wantlistForPeer(peer)], [[], false, []])
})

test('a peer that comes back begins anew', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  const { server, peer } = serving

  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2), { sendDontHave: true }))
  server.peerConnected(peer)
  assert.equal(server.wantlistForPeer(peer).length, 2, 'it had not left')

  server.peerDisconnected(peer)
  server.peerConnected(peer)
  assert.deepEqual([server.wantlistForPeer(peer), server.hasBlocks(peer), server.hasPresences(peer)], [[], false, false])
})

test('starting and stopping can be done twice, and nothing is left behind', async () => {
  const store = new SlowStore(blockOf(1))
  const serving = new Serving(store)
  const { server, peer, clock } = serving

  server.start()
  const pending = serving.asking(wantBlock(cidOf(1)), wantHave(cidOf(2)))
  await settled()
  assert.ok(pending != null)
  assert.ok(store.held.length > 0 && clock.pending > 0)

  server.stop()
  server.stop()
  await pending
  assert.deepEqual(store.aborted.map(reason => (reason as Error).message), store.held.map(() => 'the server was stopped'))
  assert.equal(clock.pending, 0)

  await store.release()
  assert.equal(clock.pending, 0)
  assert.deepEqual([server.peers(), server.hasBlocks(peer), server.hasPresences(peer)], [[], false, false])
})

test('stopping leaves no timer, whether a store is to be asked again or a message was about to be made', async () => {
  const failing = new Serving(new MemoryStore())
  failing.store.failure = new Error('no disk')
  failing.wants(wantHave(cidOf(1)))

  const sending = new Serving(new SlowStore(...blocksOf(2, 10)))
  sending.store.freely = 'has'
  sending.wants(wantHave(cidOf(1)), wantBlock(cidOf(2)))
  await sending.store.release()
  sending.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))
  sending.envelope()
  const next = sending.server.envelopeFor(sending.peer)
  await sending.store.release()

  for (const { clock, server } of [failing, sending]) {
    assert.ok(clock.pending > 0)
    server.stop()
    assert.equal(clock.pending, 0)
  }

  assert.equal(await next, undefined)
})

test('a server that is not started serves nobody, and one that was stopped can be started again', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  const { server, peer } = serving

  server.stop()
  server.peerConnected(peer)
  server.blocksArrived([blockOf(1)])
  serving.wants(wantBlock(cidOf(1)))
  assert.ok(!server.hasBlocks(peer))
  assert.equal(server.envelopeFor(peer), undefined)

  server.start()
  server.peerConnected(peer)
  serving.wants(wantBlock(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('whoever waits for a message when the server stops is told there is none', async () => {
  const serving = new Serving(new SlowStore(blockOf(1), blockOf(2)), { maxReadAheadPerPeer: 1 })

  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))
  await serving.store.release() // the first was read at once, the second only looked for
  serving.envelope().sent()
  const envelope = serving.server.envelopeFor(serving.peer)

  assert.ok(envelope instanceof Promise)
  assert.equal(serving.server.envelopeFor(serving.peer), envelope, 'asked twice, waited for once')
  serving.server.stop()
  assert.equal(await envelope, undefined)
})
