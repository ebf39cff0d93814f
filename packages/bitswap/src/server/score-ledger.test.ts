import assert from 'node:assert/strict'
import test from 'node:test'
import { ScoreLedger } from './score-ledger.ts'

test('bytes are counted both ways, and the debt ratio is what was sent for each byte received', () => {
  const scores = new ScoreLedger(10)

  scores.connected('alice')
  assert.deepEqual(scores.get('alice'), { value: 0, sent: 0, received: 0, exchanged: 0 })

  scores.sent('alice', 300)
  scores.sent('alice', 0)
  scores.received('alice', 99)

  assert.deepEqual(scores.get('alice'), { value: 3, sent: 300, received: 99, exchanged: 3 })
})

test('an account is found again when the peer comes back', () => {
  const scores = new ScoreLedger(10)

  scores.connected('alice')
  scores.sent('alice', 7)
  scores.disconnected('alice')
  assert.equal(scores.get('alice')?.sent, 7)

  scores.connected('alice')
  scores.connected('alice')
  scores.sent('alice', 1)
  assert.equal(scores.get('alice')?.sent, 8)
})

test('of peers that left, so many accounts are kept as it was told, and not one more', () => {
  const scores = new ScoreLedger(2)

  for (const peer of ['alice', 'bob', 'carol']) {
    scores.connected(peer)
    scores.sent(peer, 1)
  }

  scores.disconnected('bob')
  scores.disconnected('alice')
  assert.ok(scores.get('bob') != null)
  scores.disconnected('carol')

  assert.equal(scores.get('bob'), undefined)
  assert.ok(scores.get('alice') != null && scores.get('carol') != null)
})

test('what comes late counts for a peer that has just left, and for no stranger', () => {
  const scores = new ScoreLedger(10)

  scores.connected('alice')
  scores.received('alice', 1)
  scores.disconnected('alice')
  scores.sent('alice', 5)
  scores.sent('mallory', 5)
  scores.received('mallory', 5)

  assert.equal(scores.get('alice')?.sent, 5)
  assert.equal(scores.get('mallory'), undefined)
})

test('a peer with which nothing was exchanged is not remembered', () => {
  const scores = new ScoreLedger(10)

  scores.connected('alice')
  scores.disconnected('alice')
  scores.disconnected('alice')

  assert.equal(scores.get('alice'), undefined)
})

test('the total is that of all there ever were, strangers and those forgotten too', () => {
  const ledger = new ScoreLedger(1)

  for (const peer of ['a', 'b', 'c']) {
    ledger.connected(peer)
    ledger.sent(peer, 10)
    ledger.received(peer, 1)
    ledger.disconnected(peer)
  }

  ledger.sent('a stranger', 5)
  assert.equal(ledger.get('a'), undefined)
  assert.deepEqual(ledger.total(), { sent: 35, received: 3, exchanged: 7 })
})
