/**
 * What boxo tests of a session's wants that are live and those still to be
 * fetched, in ours: wants that are looked for, and those that wait for their
 * turn. Ours differs in this: those asked of a peer that is known to have blocks
 * of the session are no part of the limit, as nobody else hears of them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { number, Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import { SessionState } from './session-state.ts'
import { WantState } from './want.ts'

interface Setting {
  table: Table
  session: SessionState
  a: ClientPeer
  b: ClientPeer
}

/** Five may be looked for at once; two peers are connected. */
function setup (): Setting {
  const table = new Table({ maxLooking: 5 })

  return { table, session: table.session(), a: table.connect(1), b: table.connect(2) }
}

const TEN = Array.from({ length: 10 }, (_, i) => i)

function words (type: string, ...blocks: number[]): string[] {
  return blocks.map(i => `${type}${i}`)
}

/** Blocks a session looks for. */
function looked (session: SessionState): number[] {
  return [...session.wants].filter(({ state }) => state === WantState.Looking).map(({ cid }) => number(cid))
}

test('a session that wants nothing looks for nothing, and nobody hears of it', () => {
  const { table, session, a } = setup()

  table.want(session)
  assert.deepEqual([session.looking, session.wants.size, session.ready.size, table.told(a), table.planner.nextDeadline()], [0, 0, 0, [], undefined])
})

test('of ten wants five are looked for, in the order in which they were wanted', () => {
  const { table, session, a, b } = setup()

  table.want(session, ...TEN)
  assert.deepEqual([table.told(a), table.told(b)], [words('h', 0, 1, 2, 3, 4), words('h', 0, 1, 2, 3, 4)])
  assert.deepEqual([session.looking, session.ready.size], [5, 5])
})

test('with two of them here, and one that nobody wants, two more are looked for', () => {
  const { table, session, a, b } = setup()

  table.want(session, ...TEN)
  table.told(b)
  // of somebody who leaves at once, or they would all be asked of it
  const stranger = table.connect(3)
  table.disconnect(stranger)
  table.block(stranger, 1, 3, 99)
  assert.deepEqual([looked(session), session.looking], [[0, 2, 4, 5, 6], 5])
  assert.deepEqual(table.told(b).filter(word => word.startsWith('h')), words('h', 5, 6))
  table.told(a)
  // once more is nothing new
  table.block(stranger, 1, 3)
  assert.deepEqual([looked(session), table.told(a), table.told(b)], [[0, 2, 4, 5, 6], [], []])
})

test('what waits for its turn and is wanted no more makes no room, and nobody is told', () => {
  const { table, session, a } = setup()

  table.want(session, ...TEN)
  table.told(a)
  table.unwant(session, 7)
  table.unwant(session, 5)
  assert.deepEqual([looked(session), session.ready.size, table.told(a)], [[0, 1, 2, 3, 4], 3, []])
})

test('what is looked for and is wanted no more makes room for the next', () => {
  const { table, session } = setup()

  table.want(session, ...TEN)
  table.unwant(session, 2)
  table.unwant(session, 0)
  assert.deepEqual([looked(session), session.ready.size], [[1, 3, 4, 5, 6], 3])
})

test('what nobody has makes room, so that all have their turn; then all are asked again, in order', () => {
  const { table, session, a, b } = setup()
  const asked: number[] = []

  table.want(session, ...TEN)

  for (const five of [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]) {
    assert.deepEqual(looked(session), five)
    asked.push(...table.told(a).map(word => Number(word.slice(1))))
    table.told(b)
    table.dontHave(a, ...five)
    table.dontHave(b, ...five)
  }

  assert.deepEqual([asked, session.looking, session.ready.size], [TEN, 0, 0])
  table.pass(30_000)
  assert.deepEqual(looked(session), [0, 1, 2, 3, 4])
  assert.deepEqual(table.told(a), [...words('c', 0, 1, 2, 3, 4), ...words('h', 0, 1, 2, 3, 4)])
})

test('one that is known to have some is asked for all that wait for their turn', () => {
  const { table, session, a } = setup()

  table.want(session, ...TEN)
  table.told(a)
  table.have(a, 3)
  assert.deepEqual(table.told(a), words('b', 3, 5, 6, 7, 8, 9))
  assert.deepEqual([looked(session), session.ready.size], [[0, 1, 2, 4], 0])
})

test('the wants of one session take no turns of another', () => {
  const { table, session } = setup()
  const other = table.session()

  table.want(session, ...TEN)
  table.want(other, 20, 21)
  assert.deepEqual([looked(session).length, looked(other)], [5, [20, 21]])
})

test('a session that knows nobody looks for 128 wants, for twice as many when nobody had those, and for as many as it may once it knows somebody', () => {
  const session = new SessionState(1, false)

  assert.deepEqual([session.maxLooking(1024), session.maxLooking(5)], [128, 5])
  session.looked = 128
  assert.deepEqual([session.maxLooking(1024), session.maxLooking(200)], [256, 200])
  session.addPeer(new Table().connect(1))
  assert.equal(session.maxLooking(1024), 1024)
})

test('nobody has any: turn by turn all are looked for, and each is told of more', () => {
  const table = new Table()
  const [session, a, b] = [table.session(), table.connect(1), table.connect(2)]
  const told: number[] = []

  table.want(session, ...Array.from({ length: 400 }, (_, i) => i))

  while (session.looking > 0) {
    told.push(session.looking)

    for (const want of [...session.wants].filter(({ state }) => state === WantState.Looking)) {
      table.dontHave(a, number(want.cid))
      table.dontHave(b, number(want.cid))
    }
  }

  assert.deepEqual(told, [128, 256, 16])
})

test('the first that is found brings its peer the wants that wait for their turn, and nobody else hears of them', () => {
  const table = new Table({ initialWindow: 1024 })
  const [session, a, b] = [table.session(), table.connect(1), table.connect(2)]

  table.want(session, ...Array.from({ length: 400 }, (_, i) => i))
  assert.deepEqual([table.told(a).length, table.told(b).length], [128, 128])
  table.have(a, 0)
  assert.equal(table.told(a).filter(word => word.startsWith('b')).length, 400 - 127)
  assert.deepEqual(table.told(b).filter(word => !word.startsWith('h')), [])
})
