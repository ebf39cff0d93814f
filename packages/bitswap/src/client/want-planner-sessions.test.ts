/**
 * What boxo tests of a session's sender of wants, and of what all sessions share,
 * in ours. Ours differs in these: a second peer is not told of what the first was
 * asked for, unless misses suggest it; no peer is removed for what it lacks; and
 * whoever says no after everybody else did is heard, so that callers that fail
 * fast know it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'
import { WantState } from './want.ts'

interface Setting {
  table: Table
  session: SessionState
  peers: ClientPeer[]
}

/** A session, and so many connected peers, which are in it. */
function setup (count: number): Setting {
  const table = new Table()
  const session = table.session()
  const peers = Array.from({ length: count }, (_, i) => table.connect(i + 1))

  peers.forEach(peer => { table.planner.found.peerJoins(session, peer, 0) })

  return { table, session, peers }
}

function unavailable (table: Table): number[] {
  table.effects()

  return table.unavailable.splice(0).toSorted((a, b) => a - b)
}

test('a peer that comes while another was asked is not told of what that was asked for', () => {
  const { table, session, peers: [a] } = setup(1)

  table.want(session, 0, 1)
  assert.deepEqual(table.told(a as ClientPeer), ['b0', 'b1'])
  const b = table.connect(2)
  table.planner.found.peerJoins(session, b, 0)
  assert.deepEqual(table.told(b), [])
})

test('of two wants the one that came is settled, and the one that was refused goes to who has it, alone', () => {
  const { table, session, peers: [a] } = setup(1)

  table.want(session, 0, 1)
  const b = table.connect(2)
  table.block(a as ClientPeer, 0)
  table.have(b, 0, 1)
  assert.deepEqual(table.told(b), [])
  table.dontHave(a as ClientPeer, 1)
  assert.deepEqual(table.told(b), ['b1'])
})

test('whoever says HAVE or sends a block is of the session, whoever says DONT_HAVE or sends what nobody wants is not', () => {
  const table = new Table()
  const session = table.session()
  const [a, b, c, d] = [1, 2, 3, 4].map(i => table.connect(i)) as [ClientPeer, ClientPeer, ClientPeer, ClientPeer]

  table.want(session, 0, 1)
  table.dontHave(c, 0, 1)
  table.block(d, 5)
  table.have(d, 6)
  table.have(a, 0)
  table.block(b, 1)
  assert.deepEqual([a, b, c, d].map(peer => session.peers.has(peer)), [true, true, false, false])
})

test('only the first to deliver a block that is wanted is credited with it', () => {
  const table = new Table()
  const session = table.session()
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(session, 0)
  table.block(a, 0)
  table.block(b, 0)
  table.block(b, 7)
  assert.deepEqual([a.blocks, a.bytes, b.blocks, b.bytes], [1, 1000, 0, 0])
  assert.deepEqual([session.isProven(a), session.peers.has(b)], [true, false])
})

test('what everybody lacks is unavailable, each block when the last has said so', () => {
  const { table, session, peers } = setup(3)
  const [a, b, c] = peers as [ClientPeer, ClientPeer, ClientPeer]

  table.want(session, 0, 1)
  table.dontHave(a, 0, 1)
  table.dontHave(b, 0, 1)
  assert.deepEqual(unavailable(table), [])
  table.dontHave(c, 0)
  assert.deepEqual(unavailable(table), [0])
  table.dontHave(a, 0) // again is nothing new
  assert.deepEqual(unavailable(table), [])
  table.dontHave(c, 1)
  assert.deepEqual(unavailable(table), [1])
})

test('when the last that might have it leaves, what the others lack is unavailable, and nothing else', () => {
  const { table, session, peers } = setup(3)
  const [a, b, c] = peers as [ClientPeer, ClientPeer, ClientPeer]

  table.want(session, 0, 1)
  table.dontHave(a, 0)
  table.dontHave(b, 0)
  table.told(a)
  table.told(b)
  table.disconnect(c)
  assert.deepEqual(unavailable(table), [0])
  assert.equal(table.state(1)?.askedOf.size, 1)
})

test('when all leave, all that has not come is unavailable', () => {
  const { table, session, peers } = setup(2)

  table.want(session, 0, 1, 2, 3)
  table.block(peers[0] as ClientPeer, 2)
  peers.forEach(peer => { table.disconnect(peer) })
  assert.deepEqual(unavailable(table), [0, 1, 3])
  assert.equal(session.peers.size, 0)
})

test('what one of three sessions does not want is no matter of it', () => {
  const table = new Table()
  const [one, two, three] = [table.session(), table.session(), table.session()]
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(one, 0, 1, 2)
  table.want(two, 9)
  table.want(three, 0, 1, 2)
  table.told(a)
  table.told(b)
  table.have(a, 0)
  table.dontHave(a, 1)
  table.block(b, 2)
  const sessionsOf = (peer: ClientPeer): boolean[] => [one, two, three].map(({ peers }) => peers.has(peer))
  assert.deepEqual([sessionsOf(a), sessionsOf(b)], [[true, false, true], [true, false, true]])
  assert.deepEqual([one, two, three].map(session => session.missesOf(a) + session.missesOf(b)), [0, 0, 0])
  assert.deepEqual([one.wants.size, two.wants.size, three.wants.size], [2, 1, 2])
})

test('a block that two sessions wanted is cancelled once at each who holds it', () => {
  const table = new Table()
  const [one, two] = [table.session(), table.session()]
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(one, 0)
  table.want(two, 0)
  table.told(a)
  table.told(b)
  table.block(a, 0)
  table.pass(1000)
  assert.deepEqual([table.told(a), table.told(b)], [[], ['c0']])
})

test('a block is taken as long as one session wants it, and not before or after', () => {
  const table = new Table()
  const [one, two] = [table.session(), table.session()]
  const peer = table.connect(1)
  const isTaken = (i: number): boolean => {
    const want = table.planner.blockReceived(peer, keys[i] as string, 1000, table.now)

    return want != null
  }

  assert.equal(isTaken(0), false)
  table.want(one, 0, 1, 2)
  table.want(two, 1, 2, 3)
  table.unwant(one, 0)
  table.unwant(one, 1)
  table.unwant(one, 2)
  table.unwant(two, 2)
  assert.deepEqual([0, 1, 2, 3].map(isTaken), [false, true, false, true])
  assert.deepEqual([1, 3].map(isTaken), [false, false]) // it is arriving
})

test('a session that is closed hears no more, while another does', () => {
  const table = new Table()
  const [one, two] = [table.session(), table.session()]
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(one, 0, 1)
  table.want(two, 0)
  table.told(a)
  table.told(b)
  table.planner.sessionClosed(one, 0)
  table.have(a, 0, 1)
  table.block(b, 1)
  assert.deepEqual([one.peers.size, one.wants.size, two.peers.has(a), two.peers.has(b)], [0, 0, true, false])
})

test('the peers of a closed session come and go, and it is told neither', () => {
  const { table, session, peers: [a] } = setup(1)

  table.disconnect(a as ClientPeer)
  table.planner.sessionClosed(session, 0)
  const again = table.connect(1)
  assert.deepEqual([again.sessions.size, session.peers.has(again), table.told(again)], [0, false, []])
})

test('what peers said of a block is forgotten with the want for it', () => {
  const { table, session, peers } = setup(2)
  const [a, b] = peers as [ClientPeer, ClientPeer]

  table.want(session, 0)
  table.dontHave(a, 0)
  table.dontHave(b, 0)
  assert.deepEqual(unavailable(table), [0])
  table.unwant(session, 0)
  table.told(a)
  table.told(b)
  table.want(session, 0)
  assert.equal(table.state(0)?.state, WantState.Asked)
})

test('of three peers all must have said DONT_HAVE for nobody to have it, and one HAVE is enough to ask', () => {
  const answers = ['nothing', 'have', 'dont-have'] as const
  const combinations = answers.flatMap(x => answers.flatMap(y => answers.map(z => [x, y, z] as const)))

  for (const three of combinations) {
    const table = new Table()

    const peers = three.map((_, i) => table.connect(i + 1))
    table.want(table.session(), 0, 1)
    peers.forEach((peer, i) => {
      const tell = { nothing: () => {}, have: () => { table.have(peer, 0) }, 'dont-have': () => { table.dontHave(peer, 0) } }
      tell[three[i] as typeof answers[number]]()
    })

    const state = table.state(0)?.state
    assert.equal(state === WantState.Waiting, three.every(answer => answer === 'dont-have'), `${three}`)
    assert.equal(state === WantState.Asked, three.includes('have'), `${three}`)
    // what was said of one block is not said of another
    assert.notEqual(table.state(1)?.state, WantState.Waiting, `${three}`)
  }
})
