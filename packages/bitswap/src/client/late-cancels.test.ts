import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import { LateCancels } from './late-cancels.ts'

test('cancels that found no company are said together, a second after the first began to wait', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1)
  table.told(a)
  table.told(b)
  table.unwant(session, 0)
  table.pass(500)
  table.unwant(session, 1)
  table.pass(499)
  assert.deepEqual([a, b].map(peer => peer.wants.hasChanges), [false, false])
  table.pass(1)
  assert.deepEqual([table.told(a), table.told(b)], [['c0', 'c1'], ['c0', 'c1']])
  assert.equal(table.planner.board.lateCancels.next, undefined)
})

test('a peer that leaves is forgotten, and nothing is due when it was the last', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0)
  table.told(a)
  table.told(b)
  table.unwant(session, 0)
  assert.equal(table.planner.board.lateCancels.next, 1000)
  table.disconnect(a)
  assert.equal(table.planner.board.lateCancels.next, 1000)
  table.disconnect(b)
  assert.equal(table.planner.board.lateCancels.next, undefined)
})

test('who has no cancels that wait is not waited for', () => {
  const late = new LateCancels()

  late.add(new Table().connect(1))
  late.start(0)
  assert.equal(late.next, undefined)
})
