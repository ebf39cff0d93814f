import assert from 'node:assert/strict'
import test from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { WantEntry } from '../message/message.ts'

function cids (from: number, to: number): CID[] {
  return Array.from({ length: to - from + 1 }, (_, index) => cidOf(from + index))
}

function wantsOf (list: CID[], init: Partial<WantEntry> = {}): WantEntry[] {
  return list.map(cid => wantBlock(cid, init))
}

function wanted (serving: Serving): string[] {
  return names(serving.server.wantlistForPeer(serving.peer).map(({ cid }) => cid))
}

function longCID (size: number): CID {
  return CID.createV1(0x55, Digest.create(0x13, new Uint8Array(size - 5))) // version, codec, hash, two bytes of length
}

test('exactly so many wants are kept of a peer as the option says', () => {
  const serving = new Serving(new MemoryStore(), { maxWantsPerPeer: 32 })

  serving.wants(...wantsOf(cids(1, 32)))
  assert.equal(wanted(serving).length, 32)
  assert.equal(serving.server.stats.evicted + serving.server.stats.refused, 0)

  serving.wants(...wantsOf(cids(33, 33)))
  assert.equal(wanted(serving).length, 32)
  assert.equal(serving.server.stats.evicted, 1)
})

test('two messages of 24 wants leave 32', () => {
  const serving = new Serving(new MemoryStore(), { maxWantsPerPeer: 32 })

  serving.wants(...wantsOf(cids(1, 24)))
  serving.wants(...wantsOf(cids(25, 48)))
  assert.equal(wanted(serving).length, 32)
})

test('one message with too many wants keeps the most urgent, and of equals those it names first', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 4 })

  serving.wants(...wantsOf(cids(1, 3)), ...wantsOf(cids(4, 6), { priority: 5 }), ...wantsOf(cids(7, 9)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(4), cidOf(5), cidOf(6), cidOf(1)])
})

test('wants for missing blocks make room first, whatever their priority', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(4)), { maxWantsPerPeer: 4 })

  serving.wants(...wantsOf(cids(1, 2), { priority: 1 }), ...wantsOf(cids(11, 12), { priority: 9 }))
  serving.wants(...wantsOf(cids(3, 4), { priority: 1 }))
  assert.deepEqual(wanted(serving), names(cids(1, 4)))
})

test('then the lowest priority makes room, and a want of lower priority than all is refused', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 3 })

  serving.wants(wantBlock(cidOf(1), { priority: 3 }), wantBlock(cidOf(2), { priority: 1 }), wantBlock(cidOf(3), { priority: 2 }))
  serving.wants(wantBlock(cidOf(4), { priority: 2 }))
  assert.deepEqual(wanted(serving), names([cidOf(1), cidOf(3), cidOf(4)]))
  serving.wants(wantBlock(cidOf(5), { priority: 1 }))
  assert.deepEqual(wanted(serving), names([cidOf(1), cidOf(3), cidOf(4)]))
  assert.deepEqual([serving.server.stats.evicted, serving.server.stats.refused], [1, 1])
})

test('of the same priority the want of the oldest message makes room', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 3 })

  serving.wants(...wantsOf(cids(9, 9)))
  await serving.deliver()
  serving.wants(...wantsOf(cids(1, 1)))
  serving.wants(...wantsOf(cids(2, 3)))
  serving.wants(...wantsOf(cids(1, 1))) // said again: no longer the oldest
  serving.wants(...wantsOf(cids(4, 4)))
  assert.deepEqual(wanted(serving), names([cidOf(1), cidOf(2), cidOf(4)]))
})

test('low priority gets the places of missing blocks only, high priority any place', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(16)), { maxWantsPerPeer: 32 })
  const present = cids(1, 16)
  const missing = cids(101, 116)

  serving.wants(...wantsOf(present, { priority: 5 }), ...wantsOf(missing, { priority: 5 }))
  serving.wants(...wantsOf(cids(201, 220), { priority: 1 }))
  assert.ok(present.every(cid => wanted(serving).includes(cid.toString())), 'four of the new ones made room for none of these')
  assert.equal(wanted(serving).length, 32)

  serving.wants(...wantsOf(cids(301, 305), { priority: 9 }))
  assert.ok(cids(301, 305).every(cid => wanted(serving).includes(cid.toString())))
})

test('who asked to be told is told DONT_HAVE when its want is evicted or refused, and who was told already is not told again', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWantsPerPeer: 2 })

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true, priority: 2 }), wantBlock(cidOf(2)), wantBlock(cidOf(3), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(3)], 'refused')

  serving.wants(wantBlock(cidOf(4), { sendDontHave: true, priority: 2 }), wantBlock(cidOf(5), { sendDontHave: true }))
  serving.wants(wantBlock(cidOf(6), { priority: 9 }), wantBlock(cidOf(7), { priority: 9 }))
  assert.deepEqual(names((await serving.deliver()).dontHaves), names([cidOf(4), cidOf(5)]), 'evicted')

  serving.wants(wantBlock(cidOf(101), { sendDontHave: true }), wantBlock(cidOf(102), { sendDontHave: true }))
  assert.equal((await serving.deliver()).dontHaves.length, 2)
  serving.wants(wantBlock(cidOf(103)), wantBlock(cidOf(104)))
  assert.deepEqual((await serving.deliver()).dontHaves, [])
})

test('eight refusals for each want are told, and the next one is only counted', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)), { maxWantsPerPeer: 2 })

  serving.wants(...wantsOf(cids(1, 2), { priority: 9 }), ...wantsOf(cids(11, 26), { sendDontHave: true }))
  assert.equal(serving.server.stats.unanswered, 0)
  serving.wants(wantBlock(cidOf(27), { sendDontHave: true }))
  assert.equal(serving.server.stats.unanswered, 1)
  assert.deepEqual(names((await serving.deliver()).dontHaves), names(cids(11, 26)))
})

test('a want that is being sent makes room for nobody', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)), { maxWantsPerPeer: 1 })

  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()
  serving.wants(wantBlock(cidOf(2), { priority: 9 }))
  assert.equal(serving.server.stats.refused, 1)
  envelope.sent()
  serving.wants(wantBlock(cidOf(2)))
  assert.ok(serving.server.hasBlocks(serving.peer))
})

test('a want that found room in a message makes room for a more urgent one of the same message', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)), { maxWantsPerPeer: 1 })

  serving.wants(wantBlock(cidOf(11)))
  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2), { priority: 5 }), wantBlock(cidOf(3), { priority: 4 }))
  assert.deepEqual(wanted(serving), names([cidOf(2)]))
})

test('who cancels a want that was refused is not told so', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)), { maxWantsPerPeer: 1 })

  serving.wants(...wantsOf(cids(1, 2), { sendDontHave: true }))
  assert.ok(serving.server.hasPresences(serving.peer))
  serving.cancels(cidOf(2))
  assert.ok(!serving.server.hasPresences(serving.peer))
})

test('who once asked to be told is told, unless a full list takes that back', async () => {
  const serving = new Serving(new MemoryStore())
  const told = async (): Promise<number> => (await serving.deliver()).dontHaves.length

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  assert.equal(await told(), 1)
  serving.wants(wantBlock(cidOf(1)))
  assert.equal(await told(), 1)
  serving.fullWants(wantBlock(cidOf(1)))
  assert.equal(await told(), 0)
})

test('cancels make room before wants are taken up', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(4)), { maxWantsPerPeer: 2 })

  serving.wants(...wantsOf(cids(1, 2)))
  serving.from(serving.peer, { wants: wantsOf(cids(3, 3)), cancels: [cidOf(1)] })
  assert.deepEqual(wanted(serving), names(cids(2, 3)))
  assert.equal(serving.server.stats.evicted, 0)
})

test('a CID of the largest size is taken, a longer one is ignored, be it a want or a cancel', () => {
  const serving = new Serving(new MemoryStore())

  serving.wants(wantBlock(longCID(168)), wantBlock(longCID(169)), wantHave(longCID(169)), wantBlock(cidOf(1)))
  assert.deepEqual(wanted(serving), names([longCID(168), cidOf(1)]))
  serving.cancels(longCID(169))
  assert.equal(serving.server.stats.ignored, 3)
  assert.equal(serving.logged('ignored').length, 2)
})

test('the largest size of a CID is an option', () => {
  const serving = new Serving(new MemoryStore(), { maxCidSize: cidOf(1).byteLength })

  serving.wants(wantBlock(cidOf(1)), wantBlock(longCID(40)))
  assert.deepEqual(wanted(serving), names([cidOf(1)]))
})

test('identity CIDs are ignored, be it a want or a cancel, and the others are not', () => {
  const serving = new Serving(new MemoryStore())
  const identity = CID.createV1(0x55, Digest.create(0x00, Uint8Array.of(1, 2, 3)))

  serving.wants(wantBlock(identity), wantHave(identity, { sendDontHave: true }), wantBlock(cidOf(1)))
  serving.cancels(identity, cidOf(1))
  assert.deepEqual(wanted(serving), [])
  assert.ok(!serving.server.hasPresences(serving.peer))
  assert.equal(serving.server.stats.ignored, 3)
})

test('what is all ignored makes nobody a partner', () => {
  const serving = new Serving(new MemoryStore(), { maxCidSize: 10 })

  serving.wants(wantBlock(cidOf(1)))
  assert.deepEqual(serving.server.peers(), [])
})

test('a block named twice in one message is one want, for the block if either says so', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantHave(cidOf(1)), wantBlock(cidOf(1)))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[cidOf(1)], []])
})

test('a full list takes the place of all that was said before', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(4)))

  serving.wants(...wantsOf(cids(1, 2)), wantHave(cidOf(3)), wantBlock(cidOf(9), { sendDontHave: true }))
  serving.fullWants(wantBlock(cidOf(2)), wantBlock(cidOf(4)))

  assert.deepEqual(wanted(serving), names([cidOf(2), cidOf(4)]))
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[cidOf(2), cidOf(4)], [], []])
})

test('an empty full list leaves nothing, also no refusals', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(4)), { maxWantsPerPeer: 1 })

  serving.wants(...wantsOf(cids(1, 4), { sendDontHave: true }))
  assert.ok(serving.server.hasBlocks(serving.peer) && serving.server.hasPresences(serving.peer))
  serving.fullWants()
  assert.deepEqual([serving.server.hasBlocks(serving.peer), serving.server.hasPresences(serving.peer), wanted(serving)], [false, false, []])
})

test('a full list that repeats a want whose block is on its way does not bring it twice', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()
  serving.fullWants(wantBlock(cidOf(1)))
  envelope.sent()
  assert.deepEqual((await serving.deliver()).blocks, [])
  assert.deepEqual(wanted(serving), [])
})

test('a full list makes a want for the block a want-have, when it says so', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1)))
  serving.fullWants(wantHave(cidOf(1)))
  const { blocks, haves } = await serving.deliver()
  assert.deepEqual([blocks, haves], [[], [cidOf(1)]])
})

test('a want that was refused, and finds room when it comes again, is not told so any more', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)), { maxWantsPerPeer: 2 })

  serving.wants(wantBlock(cidOf(1), { priority: 9 }), wantBlock(cidOf(2), { priority: 9 }), wantBlock(cidOf(3), { sendDontHave: true }))
  serving.cancels(cidOf(1))
  serving.wants(wantBlock(cidOf(3), { sendDontHave: true }))

  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual(names(blocks), names([cidOf(2), cidOf(3)]))
  assert.deepEqual(dontHaves, [])
})
