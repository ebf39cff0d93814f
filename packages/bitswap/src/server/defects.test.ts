/**
 * Defects known of other servers (boxo 0.42, go-peertaskqueue 0.8.3, beetswap),
 * each by the number it goes by in our notes, and that ours does not have it.
 * D8 is about a part that is not here: routing replies over HTTP.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import { MAX_MESSAGE_SIZE } from '../message/limits.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import type { Envelope } from './block-lane.ts'
import { FairSchedule } from './fair-schedule.ts'
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

  const queued = new Serving(new MemoryStore(...blocksOf(4)))
  queued.wants(wantBlock(cidOf(1)), wantHave(cidOf(2)), wantBlock(cidOf(3)), wantHave(cidOf(9), { sendDontHave: true }))
  queued.fullWants(wantBlock(cidOf(3)))
  const { blocks, haves, dontHaves } = await queued.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(3)], [], []])
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
  const empty = [blockOf(1, 0), blockOf(2, 0)]

  for (const store of [new MemoryStore(...empty), new SlowStore(...empty), new SizingStore(...empty)]) {
    const serving = new Serving<MemoryStore | SlowStore>(store)

    if (store instanceof SlowStore) {
      store.isOpen = true
    }

    await serving.asking(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2), { sendDontHave: true }))
    const { blocks, haves, dontHaves } = await serving.deliver()
    assert.deepEqual([names([...blocks, ...haves]), dontHaves], [names([cidOf(1), cidOf(2)]), []])
  }
})

test('D7: blocks count with their bytes, also when a want-have became a want for the block and none is replaced', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(100, 100_000)), { wantHaveReplaceSize: 0 })

  serving.wants(...blocksOf(100).map(({ cid }) => wantHave(cid)))
  serving.wants(...blocksOf(100).map(({ cid }) => wantBlock(cid)))
  const first = serving.envelope()
  assert.equal(first.pendingBytes, (100 - first.blocks.length) * 100_000)
  first.sent()
  const { blocks, haves, messages } = await serving.deliver()
  assert.deepEqual([first.blocks.length + blocks.length, haves.length], [100, 0])
  assert.ok(messages.every(size => size <= 262_144 && size < MAX_MESSAGE_SIZE))
})

test('D9: a server that is switched off, or stopped, says what it knows of a peer', () => {
  for (const serve of [false, 'silent', true] as const) {
    const { server, peer } = new Serving(new MemoryStore(), { serve })

    if (serve === true) {
      server.stop()
    }

    assert.deepEqual([server.wantlistForPeer(peer), server.peers(), server.ledgerForPeer(peerIdFromSeed(9))], [[], [], undefined])
    server.blockReceivedFrom(peer, 5)
    assert.doesNotThrow(() => server.ledgerForPeer(peer))
  }
})

test('D10: limits of nothing, which would mean one thing here and another there, are refused', () => {
  const limits = ['maxWantsPerPeer', 'maxWants', 'maxCidSize', 'maxConcurrentReads', 'maxReadsPerPeer', 'maxReadAhead', 'maxReadAheadPerPeer', 'maxBytesUnderWay', 'targetMessageSize', 'maxBlockSize']

  for (const limit of limits) {
    assert.throws(() => resolveServerOptions({ [limit]: 0 }), { name: 'InvalidOptionError', option: `server.${limit}` })
  }
})

test('D11: nothing is kept of a peer that left while it was to be served', async () => {
  const forgotten: string[] = []
  class Remembering extends FairSchedule {
    override forget (peer: string): void {
      super.forget(peer)
      forgotten.push(peer)
    }
  }
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxBytesUnderWay: 1, targetMessageSize: 2000, schedule: () => new Remembering() })
  const { server, peer } = serving

  serving.wants(...blocksOf(9).map(({ cid }) => wantBlock(cid, { sendDontHave: true })))
  serving.envelope().sent() // from now on what it is given counts
  const envelope = serving.envelope()
  assert.ok(server.envelopeFor(peer) instanceof Promise) // it waits for its turn
  server.peerDisconnected(peer)
  envelope.sent()
  assert.deepEqual([server.peers(), server.hasBlocks(peer), server.hasPresences(peer)], [[], false, false])
  assert.deepEqual(forgotten, [peer.toString()])
  server.blocksArrived(blocksOf(9))
  assert.deepEqual(server.peers(), [])
  await serving.clock.advance(10_000) // its worth is looked at once more
  assert.equal(serving.clock.pending, 0)
})

test('D12: of peers that want the same each is served in its turn, however fast they take it', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(20, 300_000)), { maxBytesUnderWay: 1 })
  const peers = [10, 11, 12].map(peerIdFromSeed)
  const underWay: Array<{ peer: PeerId, envelope: Envelope }> = []
  const order: number[] = []
  const take = async (peer: PeerId): Promise<void> => {
    const envelope = await serving.server.envelopeFor(peer)

    if (envelope != null) {
      underWay.push({ peer, envelope })
    }
  }

  for (const peer of peers) {
    serving.server.peerConnected(peer)
    serving.from(peer, { wants: blocksOf(20).map(({ cid }) => wantBlock(cid)) })
    serving.envelope(peer).sent() // from now on what it is given counts
  }

  const taken = peers.map(take)

  for (let turn = 0; turn < 3 * 19; turn++) {
    await settled()
    assert.equal(underWay.length, 1)
    const [{ peer, envelope }] = underWay.splice(0) as [typeof underWay[0]]
    order.push(peers.indexOf(peer))
    envelope.sent()
    taken.push(take(peer))
  }

  assert.deepEqual(order, Array.from({ length: 3 * 19 }, (_, turn) => turn % 3))
  await Promise.all(taken)
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
