/**
 * Defects known of other servers (boxo 0.42, go-peertaskqueue 0.8.3, beetswap),
 * each by the number it goes by in our notes, and that ours does not have it.
 * D8, D9 and D10 are about parts that are not here: routing replies over HTTP, a
 * server that is switched off, and limits of 0, which are refused.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import { MAX_MESSAGE_SIZE } from '../message/limits.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { resolveServerOptions } from './resolve-options.ts'

test('D0: peers that do not read, however many, keep nobody else from being served', async () => {
  const serving = new Serving(new SizingStore(...blocksOf(20, 100_000)), { maxReadAhead: 1_000_000, maxConcurrentReads: 4 })
  serving.store.isOpen = true

  for (let seed = 10; seed < 60; seed++) {
    const stalled = peerIdFromSeed(seed)
    serving.server.peerConnected(stalled)
    serving.from(stalled, { wants: blocksOf(20).map(({ cid }) => wantBlock(cid)) })
    await settled()
    serving.envelope(stalled) // taken, and never written
  }

  serving.from(serving.other, { wants: blocksOf(20).map(({ cid }) => wantBlock(cid)) })
  await settled()
  assert.equal((await serving.deliver(serving.other)).blocks.length, 20)
})

test('D1: a want that finds no room asks the store about itself, and not about all the others', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(64)), { maxWantsPerPeer: 32 })
  serving.wants(...blocksOf(32).map(({ cid }) => wantHave(cid)))
  serving.store.calls.length = 0

  serving.wants(wantHave(cidOf(33)))
  assert.deepEqual(serving.store.calls, ['has', 'get'])
})

test('D2: the lowest priority makes room first', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 4 })
  const priorities = (): number[] => serving.server.wantlistForPeer(serving.peer).map(({ priority }) => priority).sort((a, b) => a - b)

  serving.wants(...[1, 3, 5, 9].map((priority, index) => wantBlock(cidOf(index + 1), { priority })))
  serving.wants(...[9, 5, 4].map((priority, index) => wantBlock(cidOf(index + 5), { priority })))
  assert.deepEqual(priorities(), [5, 5, 9, 9])

  const other = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 4 })
  other.wants(...[1, 3, 5, 9].map((priority, index) => wantBlock(cidOf(index + 1), { priority })))
  other.wants(wantBlock(cidOf(5), { priority: 4 }))
  assert.deepEqual(other.server.wantlistForPeer(other.peer).map(({ priority }) => priority).sort((a, b) => a - b), [3, 4, 5, 9])
})

test('D3: a full list clears the peer\'s wants, the index of blocks and what was queued', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)), { maxWantsPerPeer: 3 })

  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)), wantBlock(cidOf(3)))
  serving.fullWants(wantBlock(cidOf(3)), wantBlock(cidOf(4)), wantBlock(cidOf(5)))
  assert.equal(serving.server.stats.evicted + serving.server.stats.refused, 0, 'the old ones take no room')
  assert.equal(serving.server.wantlistForPeer(serving.peer).length, 3)

  serving.server.blocksArrived(blocksOf(5))
  assert.deepEqual((await serving.deliver()).blocks, [3, 4, 5].map(cidOf), 'what is still wanted is still found')
})

test('D4: a block that arrives while the store is being asked for it is not missed', async () => {
  for (const withBytes of [true, false]) {
    const serving = new Serving(new SizingStore())
    serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2), { sendDontHave: true }))
    await settled()
    const asked = serving.store.held.splice(0)
    assert.deepEqual(asked.map(({ name }) => name), ['get', 'size'])

    // both answers are on their way, and are to be that the blocks are missing
    asked.forEach(({ release }) => { release() })
    serving.server.blocksArrived(blocksOf(2).map(block => withBytes ? block : { cid: block.cid }))
    await settled()
    serving.store.memory.put(...blocksOf(2))
    serving.store.isOpen = true
    await serving.store.release()
    await serving.clock.advance(0)

    const { blocks, haves, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, haves, dontHaves], [[cidOf(1)], [cidOf(2)], []])
  }
})

test('D5: a send that fails loses no want', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))
  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2)))

  serving.envelope().lost(new Error('reset'))
  serving.server.presencesFor(serving.peer)?.lost(new Error('reset'))
  assert.equal(serving.server.wantlistForPeer(serving.peer).length, 2)
  assert.equal(serving.server.ledgerForPeer(serving.peer)?.sent, 0)
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1)], [cidOf(2)]])
})

test('D6: an empty block is a block', async () => {
  for (const store of [new MemoryStore(blockOf(1, 0)), new SlowStore(blockOf(1, 0)), new SizingStore(blockOf(1, 0))]) {
    const serving = new Serving<MemoryStore | SlowStore>(store)

    if (store instanceof SlowStore) {
      store.isOpen = true
    }

    await serving.asking(wantBlock(cidOf(1), { sendDontHave: true }))
    const { blocks, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, dontHaves], [[cidOf(1)], []])
  }
})

test('D7: blocks count with their bytes, also when a want-have became a want for the block and none is replaced', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(100, 100_000)), { wantHaveReplaceSize: 0 })

  serving.wants(...blocksOf(100).map(({ cid }) => wantHave(cid)))
  serving.wants(...blocksOf(100).map(({ cid }) => wantBlock(cid)))
  const { blocks, haves, messages } = await serving.deliver()
  assert.deepEqual([blocks.length, haves.length], [100, 0])
  assert.ok(messages.every(size => size <= 262_144 && size < MAX_MESSAGE_SIZE))
})

test('D10: limits of nothing, which would mean one thing here and another there, are refused', () => {
  assert.throws(() => resolveServerOptions({ maxWantsPerPeer: 0 }), { name: 'InvalidOptionError' })
})

test('D11: nothing is kept of a peer that left while it was to be served', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)))
  const { server, peer } = serving

  serving.wants(...blocksOf(9).map(({ cid }) => wantBlock(cid, { sendDontHave: true })))
  const envelope = serving.envelope()
  server.peerDisconnected(peer)
  envelope.sent()
  assert.deepEqual([server.peers(), server.hasBlocks(peer), server.hasPresences(peer)], [[], false, false])
  server.blocksArrived(blocksOf(9))
  assert.deepEqual(server.peers(), [])
})

test('D12: two peers that want the same are both served, whichever is faster', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(50, 300_000)))
  const wants = blocksOf(50).map(({ cid }) => wantBlock(cid))
  const order: string[] = []

  for (const peer of [serving.peer, serving.other]) {
    serving.from(peer, { wants })
  }

  while (serving.server.hasBlocks(serving.peer) || serving.server.hasBlocks(serving.other)) {
    for (const [name, peer] of [['a', serving.peer], ['b', serving.other]] as const) {
      serving.envelope(peer).sent() // each is asked for when its stream has room, and is never out of turn
      order.push(name)
    }
  }

  assert.equal(order.join(''), 'ab'.repeat(50))
})

test('D13 and D14: of one message with too many wants the most urgent are kept, and the others are told', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(40)), { maxWantsPerPeer: 32 })
  const wants = blocksOf(40).map(({ cid }, index) => wantBlock(cid, { priority: index, sendDontHave: true }))

  serving.wants(...wants)
  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual(blocks, wants.slice(8).reverse().map(({ cid }) => cid))
  assert.deepEqual(names(dontHaves), names(wants.slice(0, 8).map(({ cid }) => cid)))
})

test('D15: blocks share messages', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(64, 16_384)))

  serving.wants(...blocksOf(64).map(({ cid }) => wantBlock(cid)))
  assert.deepEqual((await serving.deliver()).messages, [4, 8, 16, 16, 16, 4].map(blocks => blocks * 16_384))
})

test('D16: each peer for which something is due is woken at once', () => {
  const serving = new Serving(new MemoryStore())
  serving.wants(wantBlock(cidOf(1)))
  assert.deepEqual(serving.wakes, [])

  serving.server.blocksArrived([blockOf(1)])
  assert.deepEqual(serving.wakes, ['blocks'])
  assert.equal(serving.clock.pending, 0)
})

test('D17: pending bytes are more than 32 bits can count when so many are pending', async () => {
  class LargeStore extends SizingStore {
    override async size (): Promise<number> {
      return 4_000_000
    }
  }

  const serving = new Serving(new LargeStore(), { wantHaveReplaceSize: 4_000_000, maxReadAheadPerPeer: 1 })

  await serving.asking(...blocksOf(1024).map(({ cid }) => wantHave(cid)))
  serving.wants(wantHave(cidOf(2000), { sendDontHave: true, priority: -5 })) // refused: there is something to tell
  assert.equal(serving.server.presencesFor(serving.peer)?.pendingBytes, 1024 * 4_000_000)
})

test('beetswap: a full list keeps to the limit too, and a block that was sent leaves its place', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)), { maxWantsPerPeer: 1 })

  serving.fullWants(...blocksOf(3).map(({ cid }) => wantBlock(cid)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  serving.wants(wantBlock(cidOf(2)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(2)])
})
