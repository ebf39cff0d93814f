import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { blockOf, blocksOf, cidOf, cidV0Of, dagPbOf, MemoryStore, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'

test('nothing is sent while the blocks are missing; when they arrive, HAVE or the block, as was asked', async () => {
  const serving = new Serving(new MemoryStore())
  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2)), wantBlock(cidOf(3)), wantBlock(cidOf(4)))
  assert.deepEqual(serving.wakes, [])

  serving.server.blocksArrived(blocksOf(4, 8192))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(3), cidOf(4)], [cidOf(1), cidOf(2)]])
})

test('who was told DONT_HAVE is sent what arrives later, unasked', async () => {
  const serving = new Serving(new MemoryStore())
  const cids = [1, 2, 3, 4].map(cidOf)
  serving.wants(wantHave(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2)), wantBlock(cidOf(3), { sendDontHave: true }), wantBlock(cidOf(4)))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1), cidOf(3)])

  serving.server.blocksArrived(cids.map((_, index) => blockOf(index + 1)))
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(3), cidOf(4)], [cidOf(1), cidOf(2)], []])
})

test('a DONT_HAVE that was not said yet is not said any more', async () => {
  const serving = new Serving(new MemoryStore())
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))

  serving.server.blocksArrived([blockOf(1)])
  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, dontHaves], [[cidOf(1)], []])
})

test('a block that arrives with its bytes is sent without being read', async () => {
  const serving = new Serving(new SlowStore())
  serving.store.isOpen = true
  await serving.asking(wantBlock(cidOf(1)))
  serving.store.calls.length = 0

  serving.server.blocksArrived([blockOf(1)])
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  assert.deepEqual(serving.store.calls, [])
})

test('a block that arrives without its bytes is read', async () => {
  const serving = new Serving(new SlowStore())
  serving.store.isOpen = true
  await serving.asking(wantBlock(cidOf(1)), wantHave(cidOf(2)))

  serving.store.memory.put(...blocksOf(2))
  serving.server.blocksArrived([{ cid: cidOf(1) }, { cid: cidOf(2) }])
  await settled()
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1)], [cidOf(2)]])
})

test('an arrival is found by all who wait for the block, under any of its names, and each is sent it once', async () => {
  const serving = new Serving(new MemoryStore())
  const { server, peer, other } = serving
  serving.wants(wantBlock(cidV0Of(1)), wantBlock(dagPbOf(1)))
  serving.from(other, { wants: [wantBlock(cidOf(1))] })

  server.blocksArrived([blockOf(1), blockOf(1)])
  assert.deepEqual((await serving.deliver(peer)).blocks, [cidV0Of(1), dagPbOf(1)])
  assert.deepEqual((await serving.deliver(other)).blocks, [cidOf(1)])
})

test('a small block that arrives answers a want-have', async () => {
  const serving = new Serving(new MemoryStore())
  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2)))

  serving.server.blocksArrived([blockOf(1, 1024), blockOf(2, 1025)])
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1)], [cidOf(2)]])
})

test('only as many bytes of arrivals are kept for a peer as may be read ahead for it; the rest is read later', async () => {
  const store = new SizingStore()
  const serving = new Serving(store, { maxReadAheadPerPeer: 4000, targetMessageSize: 2000 })
  store.isOpen = true
  await serving.asking(...blocksOf(4).map(({ cid }) => wantBlock(cid)))
  await settled()
  store.calls.length = 0
  store.isOpen = false
  store.memory.put(...blocksOf(4, 2000))

  serving.server.blocksArrived(blocksOf(4, 2000))
  assert.deepEqual([serving.envelope(), serving.envelope()].map(({ blocks }) => blocks.length), [1, 1])
  await settled()
  assert.deepEqual(store.waiting, ['get', 'get'])
})

test('bytes that are a small part of a message do not keep the message', async () => {
  const serving = new Serving(new MemoryStore())
  const message = new ArrayBuffer(1_000_000)
  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))

  serving.server.blocksArrived([
    { cid: cidOf(1), bytes: new Uint8Array(message, 7, 2000) },
    { cid: cidOf(2), bytes: new Uint8Array(message, 10, 500_000) }
  ])
  const [small, large] = [...serving.envelope().blocks, ...serving.envelope().blocks]
  assert.equal(small?.bytes.buffer.byteLength, 2000)
  assert.equal(large?.bytes.buffer, message, 'that one keeps no more than twice its size')
})

test('ten thousand wants of a hundred peers are each served once when their blocks arrive', async () => {
  const serving = new Serving(new MemoryStore())
  const peers = Array.from({ length: 100 }, (_, index) => peerIdFromSeed(100 + index))

  for (const [index, peer] of peers.entries()) {
    serving.server.peerConnected(peer)
    serving.from(peer, { full: true, wants: Array.from({ length: 100 }, (_, want) => wantBlock(cidOf(index * 100 + want))) })
  }

  for (let seed = 0; seed < 10_000; seed++) {
    serving.server.blocksArrived([blockOf(seed, 10)])
  }

  for (const peer of peers) {
    const { blocks } = await serving.deliver(peer)
    assert.equal(new Set(blocks.map(String)).size, 100)
    assert.equal(blocks.length, 100)
  }

  assert.equal(serving.server.stats.blocksSent, 10_000)
})

test('a size that passed by is known: a want-have is answered with a small block that was not read for it', async () => {
  const serving = new Serving(new SlowStore(blockOf(1, 10)))
  serving.store.isOpen = true
  serving.server.blocksArrived([blockOf(1, 10)])

  await serving.asking(wantHave(cidOf(1)))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1)], []])
})

test('a peer that left is sent nothing that arrives', () => {
  const serving = new Serving(new MemoryStore())
  const peer: PeerId = serving.peer
  serving.wants(wantBlock(cidOf(1)))
  serving.server.peerDisconnected(peer)
  serving.server.blocksArrived([blockOf(1)])
  serving.server.peerConnected(peer)

  assert.ok(!serving.server.hasBlocks(peer))
})
