import assert from 'node:assert/strict'
import test from 'node:test'
import { OVERDUE } from './store-gate.ts'
import { blockOf, blocksOf, cidOf, MemoryStore, Serving, settled, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'

test('what a server that does nothing, or is stopped, has under way is nothing', async () => {
  const serving = new Serving(new MemoryStore())
  const nothing = { wants: 0, pendingBytes: 0, readAheadBytes: 0, activeBytes: 0, overdueReads: 0, longestWait: 0 }
  const never = { count: 0, total: 0, longest: 0, median: 0, percentile99: 0 }

  const { wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait, queueWait, storeLatency, ...counters } = serving.server.stat()
  assert.deepEqual({ wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait }, nothing)
  assert.deepEqual([queueWait, storeLatency], [never, never])
  assert.ok(Object.values(counters).every(value => value === 0))
  serving.wants(wantBlock(cidOf(1)))
  assert.equal(serving.server.stat().wants, 1)
  serving.server.stop()
  assert.equal(serving.server.stat().wants, 0)
})

test('bytes are pending, then under way, and neither once they have left', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3, 2000)), { targetMessageSize: 2000 })
  const bytes = (): number[] => {
    const { pendingBytes, activeBytes } = serving.server.stat()

    return [pendingBytes, activeBytes]
  }

  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid)))
  assert.deepEqual(bytes(), [6000, 0])
  const first = serving.envelope()
  assert.deepEqual(bytes(), [4000, 2000])
  const second = serving.envelope()
  assert.deepEqual(bytes(), [2000, 4000])
  first.sent()
  assert.deepEqual(bytes(), [2000, 2000])
  second.lost(new Error('reset'))
  assert.deepEqual(bytes(), [4000, 0])
})

test('a message that is lost after it was sent is not under way twice', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()
  envelope.sent()
  envelope.lost(new Error('reset'))
  assert.equal(serving.server.stat().activeBytes, 0)
})

test('how long blocks waited is counted from the want, or from when they came, to the message they go in', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))
  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))
  await serving.clock.advance(30)
  const first = serving.envelope()
  await serving.clock.advance(500) // being written is not waiting
  first.sent()
  assert.deepEqual([serving.server.stat().queueWait.count, serving.server.stat().queueWait.total], [1, 30])

  await serving.clock.advance(10_000)
  serving.server.blocksArrived([blockOf(2)])
  await serving.clock.advance(7)
  await serving.deliver()
  assert.deepEqual([serving.server.stat().queueWait.count, serving.server.stat().queueWait.total], [2, 37])
})

test('a want that comes again for what was missing waits from then on', async () => {
  const serving = new Serving(new MemoryStore(), { maxAbsenceAge: 0 })
  serving.wants(wantBlock(cidOf(1)))
  await serving.clock.advance(1000)
  serving.store.put(blockOf(1)) // nobody is told
  serving.wants(wantBlock(cidOf(1)))
  await serving.clock.advance(4)
  await serving.deliver()
  assert.equal(serving.server.stat().queueWait.total, 4)
})

test('what the store is asked is counted, and how long it took, unless it had the answer at once', async () => {
  const serving = new Serving(new SlowStore(blockOf(1)))
  serving.wants(wantHave(cidOf(1)), wantHave(cidOf(2)))
  await serving.clock.advance(20)
  await serving.store.release()
  const { storeLookUps, storeReads, storeLatency } = serving.server.stat()
  assert.deepEqual([storeLookUps, storeReads, storeLatency.count, storeLatency.total], [2, 0, 2, 40])

  serving.wants(wantBlock(cidOf(1)))
  await serving.clock.advance(5)
  await serving.store.release()
  assert.deepEqual([serving.server.stat().storeReads, serving.server.stat().storeLatency.total, serving.server.stat().readAheadBytes], [1, 45, 2000])

  const quick = new Serving(new MemoryStore(blockOf(1)))
  quick.wants(wantBlock(cidOf(1)))
  await quick.deliver()
  assert.deepEqual([quick.server.stat().storeReads, quick.server.stat().storeLatency.count], [1, 0])
})

test('what the store takes longer than a second for is counted, once for all who wait for it, and told of as long as it is at it', async () => {
  const serving = new Serving(new SlowStore(blockOf(1)))
  const overdue = (): number[] => {
    const { storeOverdue, overdueReads } = serving.server.stat()

    return [storeOverdue, overdueReads]
  }

  serving.wants(wantHave(cidOf(1)))
  serving.from(serving.other, { wants: [wantHave(cidOf(1))] })
  await serving.clock.advance(OVERDUE - 1)
  assert.deepEqual(overdue(), [0, 0])
  await serving.clock.advance(1)
  assert.deepEqual(overdue(), [2, 2])
  await serving.store.release()
  assert.deepEqual(overdue(), [2, 0])

  serving.wants(wantBlock(cidOf(1)))
  serving.from(serving.other, { wants: [wantBlock(cidOf(1))] })
  await serving.clock.advance(OVERDUE)
  assert.deepEqual(overdue(), [3, 1])
  serving.server.stop()
  assert.deepEqual(overdue(), [3, 0])
})

test('starvation is how long the peer has waited that has had room for longest, be it for the store or for its turn', async () => {
  const serving = new Serving(new SlowStore(...blocksOf(2)))
  serving.from(serving.peer, { wants: [wantHave(cidOf(1))] })
  serving.from(serving.other, { wants: [wantHave(cidOf(2))] })
  await serving.store.release()
  serving.from(serving.peer, { wants: [wantBlock(cidOf(1))] })
  serving.from(serving.other, { wants: [wantBlock(cidOf(2))] })
  await serving.store.release(1)
  await serving.clock.advance(50)
  assert.equal(serving.server.stat().longestWait, 0, 'nobody asks for a message')

  const waiting = serving.server.envelopeFor(serving.other)
  assert.ok(waiting instanceof Promise)
  await serving.clock.advance(10)
  serving.envelope().sent()
  await serving.clock.advance(10)
  assert.equal(serving.server.stat().longestWait, 20)
  await serving.store.release()
  await settled()
  await serving.clock.advance(0)
  assert.equal(serving.server.stat().longestWait, 0)
  await waiting
})
