/** A peer that comes is offered all that nobody has, also when it is more than its wantlist holds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'

const BLOCKS = Array.from({ length: 20 }, (_, i) => i)

/** Nobody has any of the blocks, of which a wantlist holds four; now another peer comes. */
function newcomer (): { table: Table, peer: ClientPeer } {
  const table = new Table({ maxWantsPerPeer: 4, maxLooking: 20 })
  const first = table.connect(1)

  table.want(table.session(), ...BLOCKS)
  lackAll(table, first)

  return { table, peer: table.connect(2) }
}

/** The peer lacks all it is asked for. Returns that, in order. */
function lackAll (table: Table, peer: ClientPeer): number[] {
  const asked: number[] = []

  for (let words = table.told(peer); words.length > 0; words = table.told(peer)) {
    const blocks = words.filter(word => !word.startsWith('c')).map(word => Number(word.slice(1)))

    asked.push(...blocks)
    table.dontHave(peer, ...blocks)
    table.pass(200)
  }

  return asked
}

test('what a newcomer has no room for it is asked for as it has some', () => {
  const { table, peer } = newcomer()

  assert.deepEqual(table.told(peer), ['h0', 'h1', 'h2', 'h3'])
  table.dontHave(peer, 0)
  assert.deepEqual(table.told(peer), ['c0', 'h4'])
  table.dontHave(peer, 1, 2, 3, 4)
  assert.deepEqual(lackAll(table, peer), BLOCKS.slice(5))
  assert.ok(table.now < 5000)
})

test('a newcomer that is silent is offered no more until it speaks', () => {
  const { table, peer } = newcomer()

  table.told(peer)
  table.pass(4900)
  assert.deepEqual(table.told(peer), [])
  table.planner.peers.unreachable(peer, table.now)
  assert.deepEqual(table.told(peer), [])
  table.dontHave(peer, 0)
  assert.ok(table.told(peer).includes('h4'))
})

test('what was found meanwhile, or asked of the newcomer in another way, is not offered', () => {
  const { table, peer } = newcomer()
  const session = [...table.planner.board.sessions][0] ?? assert.fail()

  table.told(peer)
  table.block(table.connect(3), 4)
  table.unwant(session, 5)
  table.dontHave(peer, 0)
  assert.deepEqual(table.told(peer).filter(word => word.startsWith('h')), ['h6'])
})
