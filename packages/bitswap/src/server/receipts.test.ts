import assert from 'node:assert/strict'
import test from 'node:test'
import { Receipts } from './receipts.ts'

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
