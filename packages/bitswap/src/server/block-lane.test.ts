import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { blockOf, blocksOf, cidOf, MemoryStore, Serving, settled, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { Block } from '../message/message.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import type { Envelope } from './block-lane.ts'
import type { ServerInit } from './options.ts'

/**
 * A peer that is to be sent all these blocks, whose sizes the store has told,
 * and which it is being asked for. (They are the answers to want-haves: a want
 * for a block would be read for without asking for its size.)
 */
async function wanting (blocks: Block[], init: ServerInit = {}): Promise<Serving<SizingStore>> {
  const serving = new Serving(new SizingStore(...blocks), { wantHaveReplaceSize: 10_000, ...init })
  serving.store.freely = 'size'
  await serving.asking(...blocks.map(({ cid }) => wantHave(cid)))
  await settled()

  return serving
}

function awaited (envelope: Envelope | undefined | Promise<Envelope | undefined>): () => Envelope | undefined | 'waiting' {
  let value: Envelope | undefined | 'waiting' = 'waiting'
  assert.ok(envelope instanceof Promise)
  envelope.then(result => { value = result }, (error: unknown) => { throw error })

  return () => value
}

test('as many blocks go into a message as the target allows', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(40, 16 * 1024)))

  serving.wants(...blocksOf(40).map(({ cid }) => wantBlock(cid)))
  // they grow up to it
  assert.deepEqual((await serving.deliver()).messages, [65_536, 131_072, 262_144, 12 * 16 * 1024])
})

test('the target is an option, and a block above it travels alone', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1, 2000), blockOf(2, 5000), blockOf(3, 2000), blockOf(4, 1000)), { targetMessageSize: 3000 })

  serving.wants(...blocksOf(4).map(({ cid }) => wantBlock(cid)))
  assert.deepEqual((await serving.deliver()).messages, [2000, 5000, 3000])
  assert.equal(serving.server.stats.envelopes, 3)
})

test('a message waits for the first block to be read, and takes along what came in the same turn', async () => {
  const serving = await wanting(blocksOf(4, 2000))
  const envelope = awaited(serving.server.envelopeFor(serving.peer))

  assert.equal(serving.store.waiting.length, 4)
  await serving.store.release(2)
  assert.equal(envelope(), 'waiting', 'until the end of the turn')
  await serving.clock.advance(0)
  const first = envelope()
  assert.ok(typeof first === 'object')
  assert.deepEqual(first.blocks.map(({ cid }) => cid), [1, 2].map(cidOf))
  assert.equal(first.pendingBytes, 4000)
  await serving.store.release()
  assert.equal(serving.envelope().blocks.length, 2)
})

test('when enough is there for a message it does not wait for the end of the turn', async () => {
  const serving = await wanting(blocksOf(2, 2000), { targetMessageSize: 4000 })
  const envelope = awaited(serving.server.envelopeFor(serving.peer))

  await serving.store.release()
  assert.notEqual(envelope(), 'waiting')
})

test('whoever waits for a message is told when there will be none: all cancelled, vanished or gone', async () => {
  const [cancelled, vanished, left] = [await wanting(blocksOf(9)), await wanting(blocksOf(9)), await wanting(blocksOf(9))]
  const envelopes = [cancelled, vanished, left].map(({ server, peer }) => awaited(server.envelopeFor(peer)))

  cancelled.fullWants()
  await cancelled.clock.advance(0)
  blocksOf(9).forEach(({ cid }) => { vanished.store.memory.delete(cid) })
  await vanished.store.release()
  await vanished.clock.advance(0)
  left.server.peerDisconnected(left.peer)
  await settled()

  assert.deepEqual(envelopes.map(envelope => envelope()), [undefined, undefined, undefined])
})

test('a message that was about to be made of a block that is cancelled then waits for the next', async () => {
  const serving = await wanting(blocksOf(2))
  const envelope = awaited(serving.server.envelopeFor(serving.peer))

  await serving.store.release(1)
  serving.cancels(cidOf(1))
  await serving.clock.advance(0)
  assert.equal(envelope(), 'waiting')
  await serving.store.release()
  await serving.clock.advance(0)
  const next = envelope()
  assert.ok(typeof next === 'object')
  assert.deepEqual(next.blocks.map(({ cid }) => cid), [cidOf(2)])
})

test('blocks are read ahead in the order in which they are to be sent, up to the peer\'s limit and not a byte over', async () => {
  for (const [limit, expected] of [[6000, 3], [5999, 2]] as const) {
    const serving = await wanting(blocksOf(9, 2000), { maxReadAheadPerPeer: limit, targetMessageSize: 2000 })
    assert.deepEqual(serving.store.held.map(({ cid }) => cid), Array.from({ length: expected }, (_, index) => cidOf(index + 1)))
  }
})

test('so many reads are under way for a peer as the option says', async () => {
  const serving = await wanting(blocksOf(9, 10), { maxReadsPerPeer: 3 })

  assert.equal(serving.store.waiting.length, 3)
})

test('while a message is written the next is read', async () => {
  const serving = await wanting(blocksOf(4, 2000), { targetMessageSize: 2000, maxReadAheadPerPeer: 2000 })
  await serving.store.release()
  const first = serving.envelope()

  assert.equal(serving.store.waiting.length, 1)
  await serving.store.release()
  assert.equal(serving.envelope().blocks.length, 1, 'before the first is written')
  first.sent()
})

test('a block larger than what may be read ahead is read, when nothing else is', async () => {
  const serving = await wanting(blocksOf(2, 5000), { maxReadAheadPerPeer: 100, maxReadAhead: 100 })

  assert.equal(serving.store.waiting.length, 1)
  await serving.store.release()
  serving.envelope().sent()
  assert.equal(serving.store.waiting.length, 1)
  await serving.store.release()
  assert.equal(serving.envelope().blocks.length, 1)
})

test('over the limit of all peers together, each has one block read, and no more', async () => {
  const serving = await wanting(blocksOf(9, 2000), { maxReadAhead: 4000, targetMessageSize: 2000 })
  const late = peerIdFromSeed(3)

  await serving.store.release()
  serving.envelope().sent()
  await serving.store.release()
  serving.server.peerConnected(late)
  const pending = serving.server.received(late, { full: false, wants: blocksOf(9).map(({ cid }) => wantBlock(cid)), cancels: [] })
  serving.store.isOpen = true
  await serving.store.release()
  await pending
  assert.equal(serving.envelope(late).blocks.length, 1)
  assert.deepEqual(await bytesReady(serving, serving.peer), 4000)
})

/** What can be taken without anything being read. */
async function bytesReady (serving: Serving<SizingStore>, peer: PeerId): Promise<number> {
  serving.store.isOpen = false
  let bytes = 0

  for (let envelope = serving.server.envelopeFor(peer); envelope != null && !(envelope instanceof Promise); envelope = serving.server.envelopeFor(peer)) {
    bytes += envelope.blocks.reduce((sum, block) => sum + block.bytes.byteLength, 0)
  }

  return bytes
}

test('a store in memory is not read before there is a message to put the block into', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(100, 4000)), { targetMessageSize: 8000 })
  serving.wants(...blocksOf(100).map(({ cid }) => wantBlock(cid)))
  serving.envelope().sent() // it takes a first block to know that the store is such a one
  serving.store.calls.length = 0

  assert.equal(serving.envelope().blocks.length, 2)
  assert.deepEqual(serving.store.calls, ['get', 'get'])
})

test('a block that vanished before it was read is answered DONT_HAVE, if asked, and the peer is woken for it', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))
  serving.wants(wantBlock(cidOf(3)))
  await serving.deliver()
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2)))
  serving.store.delete(cidOf(1))
  serving.store.delete(cidOf(2))
  serving.wakes.length = 0

  assert.equal(serving.server.envelopeFor(serving.peer), undefined)
  assert.deepEqual(serving.wakes, ['wants'])
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  serving.server.blocksArrived(blocksOf(2))
  assert.equal((await serving.deliver()).blocks.length, 2, 'they are still wanted')
})

test('several peers that want one block at one time share one read', async () => {
  const serving = new Serving(new SizingStore(blockOf(1)))
  const peers = [serving.peer, serving.other, peerIdFromSeed(3)]
  serving.server.peerConnected(peerIdFromSeed(3))
  peers.forEach(peer => { serving.from(peer, { wants: [wantBlock(cidOf(1))] }) })

  assert.deepEqual(serving.store.waiting, ['get'])
  await serving.store.release()

  for (const peer of peers) {
    assert.equal(serving.envelope(peer).blocks.length, 1)
  }

  assert.deepEqual(serving.store.calls, ['get'])
})

test('a want-have that turns out small is read and sent as a block', async () => {
  const serving = new Serving(new SizingStore(blockOf(1, 10)))
  serving.store.isOpen = true
  await serving.asking(wantHave(cidOf(1)))

  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  assert.deepEqual(serving.store.calls, ['size', 'get'])
})

test('a message that waits for its turn keeps its blocks when the one before it is lost', async () => {
  const serving = new Serving(new SlowStore(...blocksOf(3, 1000)), { uploadRatePerPeer: 500, targetMessageSize: 1000 })
  const { store, server, peer, clock } = serving

  store.isOpen = true
  await serving.asking(...blocksOf(3).map(({ cid }) => wantBlock(cid)))
  const first = serving.envelope()
  const second = server.envelopeFor(peer)
  const read = store.calls.length

  assert.ok(second instanceof Promise)
  first.lost(new Error('reset'))
  await settled()
  assert.equal(store.calls.length, read)
  await clock.advance(2000)
  assert.deepEqual((await second)?.blocks.map(({ cid }) => cid), [cidOf(2)])
})
