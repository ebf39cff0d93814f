/**
 * What boxo tests of how it chooses the peer to ask for a block, in ours. Ours
 * differs in this: boxo draws lots among those who may have it, the more often a
 * peer was first the likelier it wins. We draw none: it is whoever would have the
 * block here soonest, by what was measured, and so the work is shared all the same.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import { choosePeer, companionsOf, sharesSession } from './peer-choice.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

interface Setting {
  table: Table
  session: SessionState
  peers: ClientPeer[]
}

/** A session with so many peers, of which nothing is known. */
function setup (count: number): Setting {
  const table = new Table()
  const session = table.session()
  const peers = Array.from({ length: count }, (_, i) => table.connect(i + 1))

  peers.forEach(peer => { table.planner.found.peerJoins(session, peer, 0) })

  return { table, session, peers }
}

function chosen (table: Table, i: number): ReturnType<typeof choosePeer> {
  return choosePeer(table.state(i) as Want)
}

/** Sends a thousand bytes a block, at this rate in bytes per millisecond. */
function measured (peer: ClientPeer, rate: number): void {
  peer.speed.asked({ isIdle: true, held: false }, 0)
  peer.speed.heard(0, false, 0)
  peer.answered(0, true, 20)
  peer.speed.heard(1, false, 20)
  peer.speed.delivered(1000)
  peer.speed.heard(1 + rate * 100, false, 120)
  peer.speed.delivered(1000)
}

/** How many of these many wants each is asked for. */
function shares ({ table, session, peers }: Setting, count: number): number[] {
  table.want(session, ...Array.from({ length: count }, (_, i) => i))

  return peers.map(peer => peer.asked.size)
}

test('of no peers none is chosen, of one that one', () => {
  const { table, session } = setup(0)

  table.want(session, 0)
  assert.deepEqual(chosen(table, 0), { best: undefined, any: false })
  const peer = table.connect(1)
  table.planner.found.peerJoins(session, peer, 0)
  assert.deepEqual(chosen(table, 0), { best: peer, any: true })
})

test('who said HAVE is before those of whom nothing is known, and who said DONT_HAVE is not chosen', () => {
  const { table, session, peers: [a, b, c] } = setup(3)

  table.want(session, 0)
  table.have(c as ClientPeer, 0)
  assert.equal(chosen(table, 0).best, c)
  table.dontHave(a as ClientPeer, 0)
  assert.equal(chosen(table, 0).best, c)
  // what it said last counts; in boxo a HAVE stands whatever follows
  table.dontHave(c as ClientPeer, 0)
  assert.equal(chosen(table, 0).best, b)
  table.dontHave(b as ClientPeer, 0)
  assert.deepEqual(chosen(table, 0), { best: undefined, any: false })
  table.have(b as ClientPeer, 0)
  assert.equal(chosen(table, 0).best, b)
})

test('when the only one leaves nobody is chosen, until another comes; what a third lacks makes no difference', () => {
  const { table, session, peers: [a] } = setup(1)

  table.want(session, 0)
  table.disconnect(a as ClientPeer)
  assert.equal(chosen(table, 0).any, false)
  const [b, c] = [table.connect(2), table.connect(3)]
  table.planner.found.peerJoins(session, b, 0)
  table.planner.found.peerJoins(session, c, 0)
  table.dontHave(c, 0)
  assert.equal(chosen(table, 0).best, b)
})

test('those of which nothing is known are asked for as much each', () => {
  assert.deepEqual(shares(setup(4), 200), [50, 50, 50, 50])
})

test('work is shared as peers are fast', () => {
  const setting = setup(3)

  setting.peers.forEach((peer, i) => { measured(peer, [100, 600, 300][i] as number) })
  const [slow, fast, medium] = shares(setting, 100) as [number, number, number]

  assert.equal(slow + fast + medium, 100)
  assert.ok(Math.abs(slow - 10) <= 2 && Math.abs(fast - 60) <= 6 && Math.abs(medium - 30) <= 3, `${slow} ${fast} ${medium}`)
})

test('one that is known to be quick is asked for more than one of which nothing is known, which is tried all the same', () => {
  const setting = setup(3)
  const [quick, slow] = setting.peers as [ClientPeer, ClientPeer]

  measured(slow, 50)
  measured(quick, 500)
  const [more, , fewer] = shares(setting, 60) as [number, number, number]

  assert.ok(more > fewer && fewer > 0, `${more} ${fewer}`)
})

test('one that missed last is asked after the others, however quick', () => {
  const setting = setup(2)
  const [quick, slow] = setting.peers as [ClientPeer, ClientPeer]

  measured(quick, 600)
  measured(slow, 100)
  setting.session.miss(quick)
  setting.table.want(setting.session, 0)
  assert.equal(chosen(setting.table, 0).best, slow)
  setting.table.have(quick, 0)
  assert.equal(chosen(setting.table, 0).best, quick)
})

test('one with no room is not chosen, but waited for rather than others be looked for', () => {
  const table = new Table({ initialWindow: 1 })
  const [session, peer] = [table.session(), table.connect(1)]

  table.want(session, 0, 1)
  assert.deepEqual([chosen(table, 1), peer.asked.size], [{ best: undefined, any: true }, 1])
})

test('one that has fallen silent is not chosen, nor waited for, nor asked along', () => {
  const { table, session, peers: [a, b] } = setup(2)

  table.want(session, 0)
  table.planner.peers.unreachable(a as ClientPeer, 0)
  assert.equal(chosen(table, 0).best, b)
  table.want(session, 1)
  assert.deepEqual(companionsOf(table.state(1) as Want, b as ClientPeer), [])
  // of this one it was never asked
  table.disconnect(b as ClientPeer)
  table.want(session, 2)
  assert.deepEqual(chosen(table, 2), { best: undefined, any: false })
})

test('whether a peer is of a session that wants a block is seen without going through the thousands it is of', () => {
  const table = new Table()
  const [wanting, other] = [table.session(), table.session()]
  const [peer, stranger] = [table.connect(1), table.connect(2)]

  table.want(wanting, 0)
  wanting.addPeer(peer)

  for (const each of [peer, stranger]) {
    Array.from({ length: 1000 }, () => table.session()).forEach(session => { session.addPeer(each) })
    each.sessions[Symbol.iterator] = () => assert.fail('they are gone through')
  }

  assert.deepEqual([peer, stranger].map(each => sharesSession(each, table.state(0) as Want)), [true, false])
  // and the other way round: thousands want it, and the peer is of one
  const single = table.connect(3)
  other.addPeer(single)
  assert.equal(sharesSession(single, table.state(0) as Want), false)
  Array.from({ length: 20 }, () => table.session()).concat(other).forEach(session => { table.want(session, 0) })
  assert.equal(sharesSession(single, table.state(0) as Want), true)
})
