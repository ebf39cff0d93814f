/** What a session makes of peers that lack what they are asked for, and what becomes of the wants they refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { number, Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

interface Setting {
  table: Table
  session: SessionState
  /** Had a block that it was asked for. */
  proven: ClientPeer
  /** Lacked one. */
  doubtful: ClientPeer
}

/** A session of two, each asked for one block; of the first it is known by now that it has what is wanted. */
function setup (initialWindow: number): Setting {
  const table = new Table({ initialWindow })
  const session = table.session()
  const [one, two] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, one, 0)
  table.planner.found.peerJoins(session, two, 0)
  table.want(session, 300, 301)
  const [proven, doubtful] = table.state(300)?.askedOf.has(one) === true ? [one, two] : [two, one]
  table.told(proven)
  table.told(doubtful)
  table.block(proven, 300)
  table.dontHave(doubtful, 301)
  table.told(proven)
  table.block(proven, 301)
  table.told(doubtful)

  return { table, session, proven, doubtful }
}

test('a peer that lacks most waits for what it says it has, as long as another has most', () => {
  const { table, session, proven, doubtful } = setup(1)

  table.want(session, 0, 1, 2)
  assert.deepEqual([proven.asked.size, doubtful.asked.size], [2, 0])
  table.have(doubtful, 2)
  assert.equal(table.state(2)?.askedOf.has(doubtful), true)
})

test('nor does it wait for what routing says it has', () => {
  const { table, session, proven, doubtful } = setup(1)

  table.want(session, 0, 1, 2)
  assert.deepEqual([table.state(2)?.state, proven.asked.size, doubtful.asked.size], ['ready', 2, 0])
  table.planner.found.providerFound(table.state(2) as Want, doubtful.peer, table.now)
  assert.equal(table.state(2)?.askedOf.has(doubtful), true)
})

test('when the one that had most leaves, the other is asked for all', () => {
  const { table, session, proven, doubtful } = setup(4)

  table.want(session, 0, 1)
  table.disconnect(proven)
  assert.equal(doubtful.asked.size, 2)
})

test('when the one that had most lacks what it is asked for by now, the other is asked for what waits', () => {
  const { table, session, proven, doubtful } = setup(4)

  table.want(session, ...Array.from({ length: 40 }, (_, i) => i))

  while (session.isProven(proven)) {
    const [want] = proven.asked.keys()

    // it refuses, and before that the other
    for (const peer of [doubtful, proven]) {
      table.told(peer)
      table.dontHave(peer, number((want as Want).cid))
      assert.equal(session.isProven(proven) ? doubtful.asked.size : 0, 0)
    }
  }

  assert.ok(proven.asked.size > 0)
  assert.equal(doubtful.asked.size, 4)
})

test('what only the doubtful one has is asked of it when it has room, however much waited for the other before', () => {
  const { table, session, proven, doubtful } = setup(1)
  /** All is said, and the doubtful one lacks what it is asked along for. */
  const tell = (): void => {
    table.told(proven)
    table.dontHave(doubtful, ...table.told(doubtful).filter(word => word.startsWith('h')).map(word => Number(word.slice(1))))
  }

  table.want(session, ...Array.from({ length: 60 }, (_, i) => i))
  tell()

  // of both it is known that only the doubtful one may have them, which is busy with the first
  const [first, second] = [...proven.asked.keys()].map(want => number(want.cid)) as [number, number]

  for (const i of [first, second]) {
    table.have(doubtful, i)
    table.dontHave(proven, i)
    tell()
  }

  assert.deepEqual([table.state(first)?.askedOf.has(doubtful), table.state(second)?.state], [true, 'ready'])
  table.dontHave(doubtful, first)
  assert.deepEqual([session.isProven(proven), session.isDoubtful(doubtful)], [true, true])
  assert.equal(table.state(second)?.askedOf.has(doubtful), true)
})

test('who lacked a block is not to send it later, once it is asked of another', () => {
  const table = new Table()
  const session = table.session()
  const [a, b] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.peerJoins(session, b, 0)
  table.want(session, 0)
  const [first, second] = table.state(0)?.askedOf.has(a) === true ? [a, b] : [b, a]
  table.told(first)
  table.told(second)
  table.dontHave(first, 0)
  assert.deepEqual([table.told(first), table.told(second)], [['c0'], ['b0']])

  // but nobody has it: it is told that it is wanted, and says so when it has it
  table.dontHave(second, 0)
  assert.deepEqual(table.told(first), ['h0'])
  table.have(first, 0)
  assert.deepEqual(table.told(first), ['b0'])
})

test('a want is taken over three times at the most, however slow all are', () => {
  const table = new Table({ initialWindow: 1, dontHaveTimeout: 60_000 })
  const session = table.session()
  const peers = [1, 2].map(seed => table.connect(seed))

  peers.forEach(peer => { table.planner.found.peerJoins(session, peer, 0) })
  table.want(session, 300, 301)
  peers.forEach(peer => { table.told(peer) })
  peers.forEach(peer => { table.block(peer, ...[300, 301].filter(i => table.state(i)?.askedOf.has(peer))) })
  table.want(session, 0)
  const taken = new Set<number>()

  for (let i = 0; i < 60; i++) {
    peers.forEach(peer => { table.told(peer) })
    table.now += 1500
    // both say something, and send nothing
    peers.forEach(peer => { table.have(peer, 399) })
    table.planner.tick(table.now, () => table.now)
    taken.add(table.state(0)?.takeOvers ?? 0)
  }

  assert.equal(Math.max(...taken), 3)
})
