/** What boxo's queue of CIDs, and its wants that are still to be fetched, are tested for; in ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multihashKey } from '../core/cid-map.ts'
import { PriorityFifo } from '../core/priority-fifo.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { PeerNumbers } from './peer-numbers.ts'
import { Awaits, ReadyQueue } from './ready-queue.ts'
import { Want } from './want.ts'

const cids = (await randomBlocks(8, { size: 8 })).map(({ cid }) => cid)
const peers = new PeerNumbers(0)
const wants = cids.map(cid => new Want(multihashKey(cid), cid, 1, peers))
const [a, b, c, d, e] = wants as [Want, Want, Want, Want, Want]
const all = (): boolean => true

function queueOf (...wants: Want[]): ReadyQueue {
  const queue = new ReadyQueue()

  wants.forEach(want => { queue.push(want, Awaits.Turn) })

  return queue
}

test('wants come out in the order in which they came, each once, however often it was put in', () => {
  const queue = queueOf(a, b, a, c, b)

  assert.equal(queue.size, 3)
  assert.deepEqual([queue.takeTurn(), queue.takeTurn(), queue.takeTurn(), queue.takeTurn()], [a, b, c, undefined])
})

test('what has left is not handed out, and what comes again is, once', () => {
  const queue = queueOf(a, b, c)

  queue.remove(a)
  queue.remove(b)
  queue.push(a, Awaits.Turn)
  assert.deepEqual([queue.size, queue.awaited(b)], [2, undefined])
  assert.deepEqual(new Set(queue.drain(Awaits.Turn)), new Set([a, c]))
  assert.equal(queue.takeTurn(), undefined)
})

test('of two things a want may wait for it waits for the last', () => {
  const queue = queueOf(a, b)

  queue.push(a, Awaits.Peer)
  assert.deepEqual([queue.awaited(a), queue.awaited(b), queue.size], [Awaits.Peer, Awaits.Turn, 2])
  assert.deepEqual([queue.takeTurn(), queue.takeTurn()], [b, undefined])
  assert.equal(queue.takeFor(all, 0), a)
})

test('a higher priority comes first, whoever came before', () => {
  const urgent = new Want(d.key, d.cid, 5, peers)
  const queue = queueOf(a, b, urgent)

  assert.deepEqual([queue.takeTurn(), queue.takeTurn()], [urgent, a])
})

test('what everybody has said no to before stands behind the less urgent that wait, and not behind what is to come', () => {
  const [urgent, again] = [new Want(c.key, c.cid, 5, peers), new Want(d.key, d.cid, 5, peers)]
  const queue = queueOf(a, urgent)

  again.refreshes = 1
  queue.push(again, Awaits.Turn)
  queue.push(b, Awaits.Turn)
  assert.deepEqual(Array.from({ length: 4 }, () => queue.takeTurn()), [urgent, a, again, b])
  queue.push(again, Awaits.Turn)
  queue.push(b, Awaits.Turn)
  assert.equal(queue.takeTurn(), again)
})

test('a peer is given the first it can help with, and looks past so many and no more', () => {
  const queue = new ReadyQueue()

  ;[a, b, c, d].forEach(want => { queue.push(want, Awaits.Peer) })
  assert.equal(queue.takeFor(want => want === d, 2), undefined)
  assert.equal(queue.takeFor(want => want === d, 3), d)
  assert.deepEqual(queue.drain(Awaits.Peer), [a, b, c])
  assert.equal(queue.size, 0)
})

test('nothing is kept of what was put in and taken out, ever so often', t => {
  const { push } = PriorityFifo.prototype
  let most = 0

  t.mock.method(PriorityFifo.prototype, 'push', function (this: PriorityFifo<Want>, want: Want, priority: number) {
    push.call(this, want, priority)
    most = Math.max(most, this.size)
  })
  const queue = queueOf(e)

  for (let i = 0; i < 10_000; i++) {
    queue.push(a, Awaits.Peer)
    queue.remove(a)
  }

  assert.deepEqual([queue.size, queue.awaited(a), queue.awaited(e)], [1, undefined, Awaits.Turn])
  assert.ok(most <= 100, `${most}`)
})
