/** Wants of which no answer is waited for, be they not said yet: what was silent about them is told, and its slots can be had back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import { EntryState } from './wantlist-entry.ts'

const old = { have: false, prefix: true }

test('what a peer is told when its silence has counted already takes no slot from what it has', () => {
  const table = new Table({ maxWantsPerPeer: 4 })
  const session = table.session()
  const peer = table.connect(1, old)

  table.want(session, 100)
  table.told(peer)
  table.block(peer, 100)

  // for so long its stream takes nothing; and of what it lacks it cannot speak
  table.want(table.session(), 0, 1, 2, 3)
  table.pass(6000)
  assert.deepEqual(table.told(peer), ['b0', 'b1', 'b2', 'b3'])
  assert.equal(peer.owes, false)

  table.want(session, 50)
  assert.deepEqual(table.told(peer), ['c0', 'b50'])
})

test('a list that is said again in full leaves those of its wants refused that were', () => {
  const table = new Table()
  const peer = table.connect(1, old)
  const { wants } = peer

  table.want(table.session(), 0, 1)
  const first = wants.take(old)
  table.pass(6000)
  table.want(table.session(), 2)
  wants.lost(first ?? assert.fail('nothing was said'))
  assert.deepEqual(table.told(peer), ['b0', 'b1', 'b2'])
  assert.deepEqual([...wants.entries.values()].map(({ state }) => state), [EntryState.Refused, EntryState.Refused, EntryState.Sent])
  assert.equal(wants.withdrawRefused(), table.state(0)?.key)
})
