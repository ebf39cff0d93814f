/** A peer turns out to speak another protocol than was thought: of which it cannot be told of most blocks, or of more than before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'

const [modern, oldest] = [{ have: true, prefix: true }, { have: false, prefix: false }]

test('what waits for a peer that cannot be told of it goes elsewhere, as what it was asked for does', () => {
  const table = new Table({ initialWindow: 1 })
  const session = table.session()
  const [one, two] = [table.connect(1), table.connect(2)]

  table.planner.found.peerJoins(session, one, 0)
  table.want(session, 0, 1)
  assert.deepEqual([table.state(0)?.state, table.state(1)?.state], ['asked', 'ready'])
  table.planner.peers.abilitiesChanged(one, oldest, 0)
  assert.deepEqual([table.told(one), table.told(two)], [[], ['h0', 'h1']])
})

test('a peer that can be told of more than was thought is asked for what nobody has', () => {
  const table = new Table()
  const session = table.session()
  const peer = table.connect(1, oldest)

  table.want(session, 0)
  assert.deepEqual([table.told(peer), table.state(0)?.state], [[], 'waiting'])
  table.planner.peers.abilitiesChanged(peer, modern, 0)
  assert.deepEqual(table.told(peer), ['b0'])
})

test('what is offered to a silent peer goes on waiting, and not for its answer', () => {
  const table = new Table()
  const [silent, other] = [table.connect(1, oldest), table.connect(2)]

  table.want(table.session(), 0, 1)
  table.told(other)
  table.dontHave(other, 0, 1)
  table.planner.peers.unreachable(silent, 0)
  table.planner.peers.abilitiesChanged(silent, modern, 0)
  assert.deepEqual(table.told(silent), ['h0', 'h1'])
  // the first may bring it back
  assert.deepEqual([table.state(0)?.state, table.state(1)?.state], ['looking', 'waiting'])
})

test('what waits for its turn to be looked for is asked of a peer that can be told of it after all', () => {
  const table = new Table({ maxLooking: 1 }, true)
  const session = table.session()
  const peer = table.connect(1)

  table.planner.found.peerJoins(session, peer, 0)
  table.want(session, 0)
  table.told(peer)
  table.dontHave(peer, 0)
  table.planner.peers.abilitiesChanged(peer, oldest, 0)
  table.want(session, 1)
  assert.deepEqual([table.state(0)?.state, table.state(1)?.state], ['looking', 'ready'])
  table.planner.peers.abilitiesChanged(peer, modern, 0)
  assert.deepEqual(table.told(peer), ['b1'])
})
