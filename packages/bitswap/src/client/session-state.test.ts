/**
 * What boxo's manager of a session's peers, and its tracker of their responses,
 * are tested for; in ours. Ours differs in two things. Who has left is taken
 * back when it returns, whereas boxo remembers only that there was somebody. And
 * no peer is removed for what it lacks: it goes to the end of the line.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import { SessionState } from './session-state.ts'

const table = new Table()
const [a, b] = [table.connect(1), table.connect(2)]

test('a peer is in a session once, and out of it once', () => {
  const session = new SessionState(1, false)

  assert.deepEqual([session.addPeer(a), session.addPeer(a), session.addPeer(b)], [true, false, true])
  assert.deepEqual([[...session.peers], a.sessions.has(session)], [[a, b], true])
  session.removePeer(a)
  session.removePeer(a)
  assert.deepEqual([[...session.peers], a.sessions.has(session), b.sessions.has(session)], [[b], false, true])
})

test('who has left is expected back until it is there, and nobody else is', () => {
  const session = new SessionState(1, false)

  session.addPeer(a)
  assert.equal(session.expects(a.key), false)
  session.removePeer(a)
  assert.deepEqual([session.expects(a.key), session.expects(b.key)], [true, false])
  session.addPeer(a)
  assert.equal(session.expects(a.key), false)
})

test('of those that are expected the last 256 are remembered, and at most as many more', () => {
  const session = new SessionState(1, false)
  const all = Array.from({ length: 1000 }, (_, i) => `${i}`)

  all.forEach(name => { session.expect(name) })
  const expected = all.filter(name => session.expects(name))
  assert.ok(expected.length >= 256 && expected.length <= 512, `${expected.length}`)
  assert.deepEqual(expected, all.slice(-expected.length))
})

test('any block ends a row of misses, as in boxo', () => {
  const session = new SessionState(1, false)

  session.addPeer(a)

  for (let i = 0; i < 15; i++) {
    session.miss(a)
  }

  assert.equal(session.missesOf(a), 15)
  session.hit(a)
  assert.equal(session.missesOf(a), 0)
})

test('after however many misses a peer is still in the session', () => {
  const session = new SessionState(1, false)

  session.addPeer(a)

  for (let i = 0; i < 100; i++) {
    session.miss(a)
  }

  assert.deepEqual([session.peers.has(a), session.missesOf(a), session.isDoubtful(a)], [true, 100, true])
})

test('what it was like before it left is forgotten when it is back', () => {
  const session = new SessionState(1, false)

  session.addPeer(a)
  session.addPeer(b)
  session.miss(a)
  session.hit(b)
  session.removePeer(a)
  session.removePeer(b)
  session.addPeer(a)
  session.addPeer(b)
  assert.deepEqual([session.missesOf(a), session.isDoubtful(a), session.isProven(b)], [0, false, false])
})

test('nothing is recorded of who is not in it', () => {
  const session = new SessionState(1, false)

  session.miss(a)
  session.hit(b)
  assert.deepEqual([session.missesOf(a), session.proven.size], [0, 0])
})

test('a peer stays proven until it has missed more than now and then', () => {
  const session = new SessionState(1, false)
  let misses = 0

  session.addPeer(a)
  session.hit(a)
  assert.equal(session.isProven(a), true)

  while (session.isProven(a)) {
    misses += 1
    assert.equal(session.miss(a), !session.isProven(a))
  }

  assert.ok(misses > 3 && misses < 16, `${misses}`)
})

test('more are asked along after each miss, up to ten, and one fewer after eight hits', () => {
  const session = new SessionState(1, false)
  const seen = [session.companions]

  session.addPeer(a)

  for (let i = 0; i < 5; i++) {
    session.miss(a)
    seen.push(session.companions)
  }

  assert.deepEqual(seen, [1, 2, 4, 8, 10, 10])

  for (let i = 0; i < 16; i++) {
    session.hit(a)
  }

  assert.equal(session.companions, 8)
  session.named()
  assert.equal(session.companions, 0)
  session.miss(a)
  assert.equal(session.companions, 1)
})

test('closing it aborts what goes on for it, and empties its queues', () => {
  const session = new SessionState(7, false)

  assert.equal(session.signal.aborted, false)
  session.close()
  assert.deepEqual([session.closed, session.signal.aborted, session.ready.size], [true, true, 0])
  assert.equal((session.signal.reason as Error).name, 'SessionClosedError')
})
