import assert from 'node:assert/strict'
import test from 'node:test'
import type { SavedReceipt } from './receipt-store.ts'
import { Receipts } from './receipts.ts'

function saved (peer: string, init: Partial<SavedReceipt> = {}): SavedReceipt {
  return { peer, sent: 10, received: 1, exchanged: 2, exchangedAgo: 50, ...init }
}

test('bytes are counted both ways, and the debt ratio is what was sent for each byte received', () => {
  const receipts = new Receipts(10)

  receipts.connected('alice')
  assert.deepEqual(receipts.get('alice', 0), { value: 0, sent: 0, received: 0, exchanged: 0, exchangedAgo: undefined })

  receipts.sent('alice', 300, 0)
  receipts.sent('alice', 0, 0)
  receipts.received('alice', 99, 0)

  assert.deepEqual(receipts.get('alice', 0), { value: 3, sent: 300, received: 99, exchanged: 3, exchangedAgo: 0 })
})

test('an account is found again when the peer comes back', () => {
  const receipts = new Receipts(10)

  receipts.connected('alice')
  receipts.sent('alice', 7, 0)
  receipts.disconnected('alice')
  assert.equal(receipts.get('alice', 0)?.sent, 7)

  receipts.connected('alice')
  receipts.connected('alice')
  receipts.sent('alice', 1, 0)
  assert.equal(receipts.get('alice', 0)?.sent, 8)
})

test('of peers that left, so many accounts are kept as it was told, and not one more', () => {
  const receipts = new Receipts(2)

  for (const peer of ['alice', 'bob', 'carol']) {
    receipts.connected(peer)
    receipts.sent(peer, 1, 0)
  }

  receipts.disconnected('bob')
  receipts.disconnected('alice')
  assert.ok(receipts.get('bob', 0) != null)
  receipts.disconnected('carol')

  assert.equal(receipts.get('bob', 0), undefined)
  assert.ok(receipts.get('alice', 0) != null && receipts.get('carol', 0) != null)
})

test('what comes late counts for a peer that has just left, and for no stranger', () => {
  const receipts = new Receipts(10)

  receipts.connected('alice')
  receipts.received('alice', 1, 0)
  receipts.disconnected('alice')
  receipts.sent('alice', 5, 0)
  receipts.sent('mallory', 5, 0)
  receipts.received('mallory', 5, 0)

  assert.equal(receipts.get('alice', 0)?.sent, 5)
  assert.equal(receipts.get('mallory', 0), undefined)
})

test('a peer with which nothing was exchanged is not remembered', () => {
  const receipts = new Receipts(10)

  receipts.connected('alice')
  receipts.disconnected('alice')
  receipts.disconnected('alice')

  assert.equal(receipts.get('alice', 0), undefined)
})

test('the total is that of all there ever were, strangers and those forgotten too', () => {
  const receipts = new Receipts(1)

  for (const peer of ['a', 'b', 'c']) {
    receipts.connected(peer)
    receipts.sent(peer, 10, 0)
    receipts.received(peer, 1, 0)
    receipts.disconnected(peer)
  }

  receipts.sent('a stranger', 5, 0)
  assert.equal(receipts.get('a', 0), undefined)
  assert.deepEqual(receipts.total(), { sent: 35, received: 3, exchanged: 7 })
})

test('the last exchange is so long ago, whichever way it went, also when the peer left since and came back', () => {
  const receipts = new Receipts(10)

  receipts.connected('alice')
  receipts.sent('alice', 1, 100)
  assert.equal(receipts.get('alice', 130)?.exchangedAgo, 30)
  receipts.received('alice', 0, 200)
  receipts.disconnected('alice')
  assert.equal(receipts.get('alice', 250)?.exchangedAgo, 50)
  receipts.connected('alice')
  assert.equal(receipts.get('alice', 300)?.exchangedAgo, 100)
})

test('what was saved adds to what there is, whether the peer is here, has left or is unknown, and to no total of this process', () => {
  const receipts = new Receipts(10)

  for (const peer of ['here', 'gone']) {
    receipts.connected(peer)
    receipts.sent(peer, 5, 100)
  }

  receipts.disconnected('gone')
  receipts.connected('new')
  assert.equal(receipts.restore(['here', 'gone', 'new', 'unknown'].map(peer => saved(peer)), 100), 0)

  assert.deepEqual(receipts.get('here', 100), { value: 7.5, sent: 15, received: 1, exchanged: 3, exchangedAgo: 0 })
  assert.deepEqual(receipts.get('gone', 100), receipts.get('here', 100))
  assert.deepEqual(receipts.get('new', 100), { value: 5, sent: 10, received: 1, exchanged: 2, exchangedAgo: 50 })
  assert.deepEqual(receipts.get('unknown', 100), receipts.get('new', 100))
  receipts.connected('unknown')
  assert.equal(receipts.get('unknown', 100)?.sent, 10)
  assert.deepEqual(receipts.total(), { sent: 10, received: 0, exchanged: 2 })
})

test('of what was saved as much is taken as there is room for, and makes room first', () => {
  const receipts = new Receipts(2)

  receipts.connected('gone')
  receipts.sent('gone', 5, 0)
  receipts.disconnected('gone')
  receipts.restore([saved('latest'), saved('older')], 0)
  assert.deepEqual(['gone', 'latest', 'older'].map(peer => receipts.get(peer, 0) != null), [true, true, false])

  receipts.connected('another')
  receipts.sent('another', 5, 0)
  receipts.disconnected('another')
  assert.deepEqual(['gone', 'latest', 'another'].map(peer => receipts.get(peer, 0) != null), [true, false, true])
})

test('what is no receipt is left out, and counted', () => {
  const receipts = new Receipts(10)
  const wrong = [
    null, 5, {}, saved('a', { sent: -1 }), saved('b', { received: NaN }), saved('c', { exchanged: 0.5 }), saved('d', { exchanged: 0 }),
    saved('e', { exchangedAgo: -1 }), saved('f', { exchangedAgo: NaN }), { ...saved('g'), peer: 5 }
  ] as SavedReceipt[]

  assert.equal(receipts.restore([...wrong, saved('right')], 0), wrong.length)
  assert.ok(receipts.get('right', 0) != null)
  assert.equal(receipts.latest(100, 0).length, 1)
})

test('the latest are those with the latest exchange, so many as are asked for, and none without', () => {
  const receipts = new Receipts(10)

  for (const [peer, at] of [['a', 10], ['b', 30], ['c', 20]] as const) {
    receipts.connected(peer)
    receipts.received(peer, 7, at)
  }

  receipts.disconnected('b')
  receipts.connected('d')
  assert.deepEqual(receipts.latest(2, 100), [
    { peer: 'b', sent: 0, received: 7, exchanged: 1, exchangedAgo: 70 },
    { peer: 'c', sent: 0, received: 7, exchanged: 1, exchangedAgo: 80 }
  ])
  assert.equal(receipts.latest(100, 100).length, 3)
})
