/**
 * What boxo tests of the time after which no answer counts as DONT_HAVE, in ours.
 * Ours differs in this: a peer is silent when nothing at all comes of it, and
 * then all that it owes goes to others at once; a single want of a peer that
 * goes on sending others has much more time.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'

const TIMEOUT = 1000

interface Setting {
  table: Table
  session: SessionState
  peer: ClientPeer
}

/** One peer, which is asked for all. */
function setup (): Setting {
  const table = new Table({ dontHaveTimeout: TIMEOUT })

  return { table, session: table.session(), peer: table.connect(1) }
}

/** Lets time pass, and says who is silent then. */
function isSilentAfter ({ table, peer }: Setting, ms: number): boolean {
  table.told(peer)
  table.pass(ms)

  return peer.stalled
}

test('it counts when its time is over, and not before', () => {
  const setting = setup()

  setting.table.want(setting.session, 0)
  assert.equal(isSilentAfter(setting, TIMEOUT - 1), false)
  assert.equal(isSilentAfter(setting, 1), true)
})

test('what is wanted once more while it is asked for has no time more', () => {
  const setting = setup()

  setting.table.want(setting.session, 0)
  assert.equal(isSilentAfter(setting, TIMEOUT - 100), false)
  setting.table.want(setting.session, 0)
  setting.table.want(setting.table.session(), 0)
  assert.equal(isSilentAfter(setting, 100), true)
})

test('what is wanted no more is not waited for', () => {
  const setting = setup()

  setting.table.want(setting.session, 0, 1)
  setting.table.unwant(setting.session, 0)
  setting.table.unwant(setting.session, 1)
  assert.equal(isSilentAfter(setting, 10 * TIMEOUT), false)
  assert.equal(setting.table.planner.nextDeadline(), undefined)
})

test('what is cancelled and wanted anew is waited for from then on', () => {
  const setting = setup()

  setting.table.want(setting.session, 0)
  assert.equal(isSilentAfter(setting, TIMEOUT - 100), false)
  setting.table.unwant(setting.session, 0)
  setting.table.want(setting.session, 0)
  assert.equal(isSilentAfter(setting, TIMEOUT - 1), false)
  assert.equal(isSilentAfter(setting, 1), true)
})

test('one want or a hundred, asked at once or one by one: all go to others together', () => {
  const setting = setup()
  const { table, session, peer } = setting
  const blocks = Array.from({ length: 60 }, (_, i) => i)

  for (const i of blocks) {
    table.want(session, i)
    assert.equal(isSilentAfter(setting, 10), false)
  }

  const other = table.connect(2)
  assert.deepEqual(table.told(other), [])
  assert.equal(isSilentAfter(setting, TIMEOUT), true)
  assert.deepEqual([peer.asked.size, table.told(other).length], [0, 60])
})

test('a block in time, be it one of many, gives the others as much time again', () => {
  const setting = setup()

  setting.table.want(setting.session, 0, 1, 2)
  assert.equal(isSilentAfter(setting, TIMEOUT - 100), false)
  setting.table.block(setting.peer, 1)
  isSilentAfter(setting, TIMEOUT - 1)
  assert.equal(setting.peer.asked.size, 2)
  isSilentAfter(setting, 1)
  assert.equal(setting.peer.asked.size, 0)
})

test('who owes nothing may be silent for ever', () => {
  const setting = setup()

  setting.table.want(setting.session, 0)
  setting.table.block(setting.peer, 0)
  assert.equal(isSilentAfter(setting, 1e9), false)
})

test('who has left is not waited for', () => {
  const setting = setup()

  setting.table.want(setting.session, 0)
  setting.table.disconnect(setting.peer)
  const refresh = setting.table.planner.nextDeadline() as number
  assert.ok(refresh > TIMEOUT)
  assert.equal(isSilentAfter(setting, refresh - 1), false)
})

test('who was silent and answers is asked anew', () => {
  const setting = setup()
  const { table, session, peer } = setting

  table.want(session, 0, 1)
  assert.equal(isSilentAfter(setting, TIMEOUT), true)
  table.block(peer, 0)
  assert.equal(peer.stalled, false)
  table.want(session, 2)
  assert.deepEqual(table.told(peer).filter(word => word.startsWith('b')), ['b2'])
})
