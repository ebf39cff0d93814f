import assert from 'node:assert/strict'
import { test } from 'node:test'
import { number, Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'

interface Pair {
  table: Table
  session: SessionState
  fast: ClientPeer
  slow: ClientPeer
}

/** Two peers of one session, asked for so many blocks of 1000 bytes each; one sends 10 a second, the other has sent all. */
function unequal ({ isLinkFull = false, each = 12 }: { isLinkFull?: boolean, each?: number } = {}): Pair {
  const table = new Table({ initialWindow: each })
  table.isLinkFull = isLinkFull
  const session = table.session()
  const [fast, slow] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, fast, 0)
  table.planner.found.peerJoins(session, slow, 0)
  table.want(session, ...Array.from({ length: 2 * each }, (_, i) => i))
  table.told(fast)
  table.told(slow)
  const [his, hers] = [asked(slow), asked(fast)]

  for (let i = 0; i < 3; i++) {
    table.now += 100
    table.block(slow, his[i] as number)
    table.block(fast, hers[i] as number)
  }

  table.block(fast, ...hers.slice(3))

  return { table, session, fast, slow }
}

function asked (peer: ClientPeer): number[] {
  return [...peer.wants.entries.values()].map(({ cid }) => number(cid))
}

test('an idle peer takes over the last of what a slower one was asked for, and that one is told', () => {
  const { table, fast, slow } = unequal()
  const taken = asked(fast)

  assert.equal(slow.asked.size + fast.asked.size, 9)
  assert.ok(taken.length > 0 && slow.asked.size >= 2, `${taken.length} of 9`)
  assert.deepEqual(table.told(fast), taken.map(i => `b${i}`))
  assert.deepEqual(table.told(slow).toSorted(), taken.map(i => `c${i}`).toSorted())
  assert.ok(Math.min(...taken) > Math.max(...asked(slow)), 'from the end')
})

test('what the slow one may have begun to send it keeps', () => {
  const { slow } = unequal()

  // two, those a round trip takes, and what 150 ms bring, which may be in a message that is being written
  assert.equal(slow.asked.size, 6)
})

test('a want is not taken over by a peer that does not have it, or is not known to have most', () => {
  const { table, session, slow } = unequal()
  const other = table.connect(3)

  table.planner.found.peerJoins(session, other, table.now)
  assert.equal(other.asked.size, 0)
  const [last] = asked(slow).toReversed()
  table.have(other, last as number)
  table.planner.tick(table.now + 100, () => table.now)
  assert.deepEqual(asked(other).filter(i => i !== last), [])
})

test('somebody who falls behind later is noticed, without anything being said', () => {
  const table = new Table({ initialWindow: 4, dontHaveTimeout: 60_000 })
  const session = table.session()
  const [a, b] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.peerJoins(session, b, 0)
  table.want(session, 0, 1, 2, 3)
  const [one, other] = a.asked.size > 0 ? [a, b] : [b, a]
  table.told(a)
  table.told(b)
  table.block(other, ...asked(other))
  assert.ok(one.asked.size > 0)
  table.pass(1500)
  assert.deepEqual([one.asked.size, other.asked.size > 0], [0, true])
})

test('a single want is watched too, while all others are idle already', () => {
  const table = new Table({ initialWindow: 4, dontHaveTimeout: 60_000 })
  const session = table.session()
  const [a, b] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.peerJoins(session, b, 0)
  table.want(session, 0, 1)
  table.block(a, 0)
  table.block(b, 1)
  table.want(session, 2)
  const [one, other] = a.asked.size > 0 ? [a, b] : [b, a]

  for (let i = 0; i < 25; i++) {
    // a byte of it comes
    table.bytes.set(one.key, (table.bytes.get(one.key) ?? 0) + 1)
    table.now += 100
    table.planner.tick(table.now, () => table.now)
  }

  assert.deepEqual([one.asked.size, other.asked.size], [0, 1])
})

test('nothing is taken over while our own link is full, and it is looked again soon', () => {
  const { table, fast, slow } = unequal({ isLinkFull: true })

  assert.deepEqual([fast.asked.size, slow.asked.size], [0, 9])
  table.pass(150)
  assert.equal(fast.asked.size, 0)
  table.isLinkFull = false
  table.pass(100)
  assert.ok(fast.asked.size > 0)
})

test('while it is full, one that has sent nothing yet gets two, to show whether more comes then', () => {
  const { table, session, slow } = unequal({ isLinkFull: true, each: 40 })
  const newcomer = table.connect(3)

  table.planner.found.peerJoins(session, newcomer, table.now)
  table.have(newcomer, ...asked(slow))
  assert.equal(newcomer.asked.size, 2)
  table.pass(150)
  assert.equal(newcomer.asked.size, 2)
})
