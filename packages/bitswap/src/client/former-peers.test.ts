import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import { resolveClientOptions } from './resolve-options.ts'
import type { Want } from './want.ts'

/** A want that each of five peers said no to; of four who left it is remembered. */
function refusedByFive (): { table: Table, peers: ClientPeer[], want: Want } {
  const table = new Table({ maxFormerPeers: 4 })
  const peers = [1, 2, 3, 4, 5].map(seed => table.connect(seed))

  table.want(table.session(), 0)
  peers.forEach(peer => {
    table.told(peer)
    table.dontHave(peer, 0)
  })

  return { table, peers, want: table.state(0) as Want }
}

test('of as many as maxFormerPeers who left it is told that they were asked; with one more the first is forgotten', () => {
  const { table, peers, want } = refusedByFive()
  const [first, ...others] = peers.map(({ key }) => key)

  peers.slice(0, 4).forEach(peer => { table.disconnect(peer) })
  assert.deepEqual(Object.fromEntries(want.answers.reasons()), Object.fromEntries(peers.map(({ key }, i) => [key, i < 4 ? 'disconnected' : 'dont-have'])))

  table.disconnect(peers[4] as ClientPeer)
  assert.deepEqual(Object.fromEntries(want.answers.reasons()), Object.fromEntries(others.map(key => [key, 'disconnected'])))
  assert.equal(want.answers.reasons().has(first as string), false)
})

test('who comes in place of one that is forgotten has said nothing, and is asked', () => {
  const { table, peers, want } = refusedByFive()

  peers.forEach(peer => { table.disconnect(peer) })

  const newcomer = table.connect(6)

  assert.equal(newcomer.number, peers[0]?.number)
  assert.deepEqual(table.told(newcomer), ['b0'])
  assert.equal(want.answers.get(newcomer), undefined)
})

test('who comes back is asked again, whatever it said', () => {
  const { table, peers: [one], want } = refusedByFive()

  table.disconnect(one as ClientPeer)

  const back = table.connect(1)

  assert.deepEqual(table.told(back), ['h0'])
  assert.equal(want.answers.reasons().get(back.key), 'disconnected')
  table.dontHave(back, 0)
  assert.equal(want.answers.reasons().get(back.key), 'dont-have')
})

test('where nobody is remembered, what one owed when it left is not held against who comes next', () => {
  const table = new Table({ maxFormerPeers: 0 })
  const one = table.connect(1)

  table.want(table.session(), 0)
  assert.deepEqual(table.told(one), ['b0'])
  table.disconnect(one)
  assert.deepEqual(table.told(table.connect(2)), ['b0'])
})

test('nobody who left may be remembered, but not fewer', () => {
  assert.equal(resolveClientOptions({ maxFormerPeers: 0 }).maxFormerPeers, 0)

  for (const maxFormerPeers of [-1, 0.5, Infinity, NaN]) {
    assert.throws(() => resolveClientOptions({ maxFormerPeers }), { name: 'InvalidOptionError', option: 'client.maxFormerPeers' })
  }
})
