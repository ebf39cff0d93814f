/** What becomes of those who were silent for a while: what they say then, and what is awaited of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import { WantState } from './want.ts'

const OPTIONS = { dontHaveTimeout: 5000, minAnswerTimeout: 500 }

/** A peer of the session that has answered before, at once. */
function setup (): { table: Table, session: ReturnType<Table['session']>, peer: ClientPeer } {
  const table = new Table(OPTIONS)
  const [peer, session] = [table.connect(1), table.session()]

  table.want(session, 0)
  table.told(peer)
  table.block(peer, 0)

  return { table, session, peer }
}

function passUntil (table: Table, isOver: () => boolean): void {
  const latest = table.now + 60_000

  while (!isOver() && table.now < latest) {
    table.pass(100)
  }
}

test('a HAVE that was not honoured is worth nothing while others may be asked, until its peer sends something', () => {
  const { table, session, peer } = setup()

  table.connect(2)
  table.want(session, 1, 2)
  table.told(peer)
  table.have(peer, 1)
  table.pass(500)
  assert.deepEqual([peer.stalled, table.state(1)?.askedOf.size], [true, 0])
  table.have(peer, 1)
  assert.deepEqual([peer.stalled, table.state(1)?.askedOf.size], [false, 0])
  table.block(peer, 2)
  table.have(peer, 1)
  assert.equal(table.state(1)?.askedOf.has(peer), true)
})

test('a HAVE that was not honoured is believed anew, once, whenever everybody is asked again, though others are silent for longer than it takes to say it', () => {
  const { table, session, peer } = setup()
  const isAsked = (): boolean => table.state(1)?.askedOf.has(peer) === true

  table.connect(2, { have: false, prefix: true }) // says nothing of what it lacks, and is asked again and again
  table.want(session, 1)
  table.have(peer, 1)

  for (let round = 0; round < 3; round++) {
    assert.equal(isAsked(), true, `round ${round}`)
    passUntil(table, () => table.state(1)?.refreshes === round + 1)
    assert.deepEqual([table.state(1)?.state, isAsked(), peer.stalled], [WantState.Looking, false, true])
    table.have(peer, 1)
  }

  passUntil(table, () => !isAsked())
  table.have(peer, 1)
  assert.equal(isAsked(), false)
})

test('who is silent is told once again of one thing that nobody else is asked for', () => {
  const { table, session, peer } = setup()

  table.want(session, 1, 2, 3)
  assert.deepEqual(table.told(peer), ['b1', 'b2', 'b3'])
  table.pass(500)
  assert.deepEqual(table.told(peer), ['c1', 'b1'])
  table.pass(4000)
  assert.deepEqual(table.told(peer), [])
})

test('silence that lasts half a second has others asked, and is no answer before it has lasted as long as that of a stranger', () => {
  const { table, session, peer } = setup()

  table.want(session, 1)
  table.told(peer)
  table.pass(500)
  assert.equal(peer.stalled, true)
  table.pass(4499)
  table.effects()
  assert.deepEqual([table.state(1)?.state, table.unavailable], [WantState.Looking, []])
  table.pass(1)
  table.effects()
  assert.deepEqual([table.state(1)?.state, table.unavailable], [WantState.Waiting, [1]])
})

test('who sends all but one of what it was asked for is passed over for that one, and for nothing else', () => {
  const { table, session, peer } = setup()
  const blocks = Array.from({ length: 30 }, (_, i) => i + 1)

  table.want(session, ...blocks)

  for (const block of blocks.slice(1, 20)) {
    table.pass(100)
    table.block(peer, block)
  }

  assert.equal(table.state(1)?.askedOf.has(peer), false)
  assert.deepEqual([peer.stalled, table.state(30)?.askedOf.has(peer)], [false, true])
})
