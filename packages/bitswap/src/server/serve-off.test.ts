import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, wantBlock, wantHave } from '../../test/support/serving.ts'

test('with serving off who asks to be told is told DONT_HAVE, nothing is kept, and the store is not asked', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { serve: false })
  const { server, peer, store } = serving

  assert.equal(serving.asking(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2), { sendDontHave: true }), wantBlock(cidOf(3))), undefined)
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, names(dontHaves)], [[], [], names([cidOf(1), cidOf(2)])])

  server.blocksArrived([blockOf(1)])
  assert.deepEqual([server.wantlistForPeer(peer), server.peers(), server.hasBlocks(peer), server.hasPresences(peer)], [[], [], false, false])
  assert.deepEqual(store.calls, [])
  assert.equal(server.stats.unserved, 3)
})

test('who takes back what it wanted is not told any more, be it by a cancel or a full list', () => {
  const serving = new Serving(new MemoryStore(), { serve: false })

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  serving.cancels(cidOf(1))
  assert.ok(!serving.server.hasPresences(serving.peer))
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  serving.fullWants()
  assert.ok(!serving.server.hasPresences(serving.peer))
})

test('a DONT_HAVE that was lost is said again', async () => {
  const serving = new Serving(new MemoryStore(), { serve: false })

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  serving.server.presencesFor(serving.peer)?.lost(new Error('reset'))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
})

test('what was sent before it was switched off, and is lost, is not sent again; its peer is told so unless that is to be silent', async () => {
  for (const serve of [false, 'silent'] as const) {
    const serving = new Serving(new MemoryStore(...blocksOf(2)))
    const { server, peer } = serving

    serving.wants(wantHave(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2), { sendDontHave: true }))
    const sent = [serving.envelope(), server.presencesFor(peer) ?? assert.fail('nothing is said')]
    sent.forEach(delivery => { delivery.sent() })
    server.update({ serve })
    sent.forEach(delivery => { delivery.lost(new Error('reset')) })
    assert.deepEqual([server.wantlistForPeer(peer), server.hasBlocks(peer)], [[], false])

    const { blocks, haves, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, haves, names(dontHaves)], [[], [], serve === false ? names([cidOf(1), cidOf(2)]) : []])
    assert.equal(server.stats.restored, 0)
  }
})

test('silent is silent, and counts what it did not hear', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { serve: 'silent' })
  const { server, peer, store } = serving

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(1)))
  server.blocksArrived([blockOf(1)])
  assert.deepEqual([serving.wakes, server.hasPresences(peer), server.hasBlocks(peer), store.calls], [[], false, false, []])
  assert.equal(server.stats.unserved, 2)
})

test('what others give is accounted for all the same', () => {
  const { server, peer } = new Serving(new MemoryStore(), { serve: false })

  server.blockReceivedFrom(peer, 5)
  assert.equal(server.ledgerForPeer(peer)?.received, 5)
})
