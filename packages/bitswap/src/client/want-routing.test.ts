import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, number, Table } from '../../test/planner-table.ts'
import type { Want } from './want.ts'

test('routing is asked at once, and nothing is given up before it has answered', () => {
  const table = new Table({ searchHeadStart: 300 }, true)
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0])

  table.dontHave(a, 0, 1)
  table.dontHave(b, 0, 1)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0])
  table.pass(299)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0])
  table.pass(1)
  table.effects()
  // the search for the first brought nobody for the second: it is searched for on its own
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0, 1])
  assert.deepEqual(table.unavailable, [])

  table.planner.found.searchEnded(table.searches[0] as Want, 0)
  table.effects()
  assert.deepEqual(table.unavailable, [0])

  const c = table.connect(3)
  assert.deepEqual(table.told(c).toSorted(), ['h0', 'h1'])
  table.planner.found.providerFound(table.searches[1] as Want, c.peer, 0)
  assert.deepEqual(table.told(c), ['b1'])
})

test('wide steps wait for routing for a while', () => {
  const table = new Table({ widenDelay: 100, searchHeadStart: 1000 }, true)
  const peers = Array.from({ length: 60 }, (_, i) => table.connect(i + 1))
  const asked = (): number => peers.filter(peer => peer.wants.has(keys[0] as string)).length

  table.want(table.session(), 0)
  table.pass(999)
  assert.equal(asked(), 50)
  table.pass(1)
  assert.equal(asked(), 60)
})

test('wide steps wait no longer than routing takes', () => {
  const table = new Table({ widenDelay: 100, searchHeadStart: 1000 }, true)
  const peers = Array.from({ length: 60 }, (_, i) => table.connect(i + 1))
  const asked = (): number => peers.filter(peer => peer.wants.has(keys[0] as string)).length

  table.want(table.session(), 0)
  table.effects()
  table.pass(600)
  table.planner.found.searchEnded(table.searches[0] as Want, table.now)
  assert.equal(asked(), 60)
})

test('what a search for one block brings is asked for the others of its session that found nobody', () => {
  const table = new Table({}, true)
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(table.session(), 0, 1, 2)
  table.effects()
  table.dontHave(a, 0, 1, 2)
  table.dontHave(b, 0, 1, 2)

  const c = table.connect(3)
  table.told(c)
  table.dontHave(c, 1)
  table.planner.found.providerFound(table.searches[0] as Want, c.peer, 0)
  assert.deepEqual(table.told(c), ['b0', 'b2'])
})

test('a provider counts as one that has it: it is asked before others who may have it', () => {
  const table = new Table({}, true)
  const [a, b, c] = [table.connect(1), table.connect(2), table.connect(3)]
  const session = table.session()

  for (const peer of [a, b]) {
    table.planner.found.peerJoins(session, peer, 0)
  }

  table.want(session, 0)
  assert.deepEqual(table.told(a), ['b0'])
  table.planner.found.providerFound(table.state(0) as Want, c.peer, 0)
  table.dontHave(a, 0)
  assert.deepEqual([table.told(b), table.told(c)], [[], ['b0']])
})

test('a provider that has said no, or is silent, does not count as one that has it', () => {
  const table = new Table({}, true)
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0)
  table.dontHave(a, 0)
  table.planner.found.providerFound(table.state(0) as Want, a.peer, 0)
  assert.deepEqual(table.told(a), ['h0'])
  table.planner.peers.unreachable(b, 0)
  table.planner.found.providerFound(table.state(0) as Want, b.peer, 0)
  assert.equal(table.state(0)?.answers.get(b), 'silent')
})

test('blocks that are at different providers are not searched one after the other', () => {
  const table = new Table({ searchHeadStart: 500 }, true)
  const session = table.session()

  table.want(session, 0, 1, 2, 3)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0])
  table.planner.found.searchEnded(table.searches[0] as Want, 0)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0, 1])
  table.pass(500)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0, 1, 2, 3])
})

/** How many wants are moved on for each search that ends, of a session that has so many that nobody has. */
function movedPerSearch (wants: number): number {
  const table = new Table({}, true)
  const { deadlines } = table.planner.board
  const { set } = deadlines
  let moved = 0

  deadlines.set = (...args) => {
    moved++
    set.apply(deadlines, args)
  }
  table.want(table.session(), ...Array.from({ length: wants }, (_, i) => i))
  table.effects()
  moved = 0

  for (const want of table.searches) { // more are added meanwhile
    table.planner.found.searchEnded(want, 0)
    table.effects()
  }

  assert.deepEqual([table.searches.length, table.unavailable.length], [wants, wants])

  return moved / wants
}

test('the end of a search goes through no more wants of its session among many than among few', () => {
  const [few, many] = [movedPerSearch(20), movedPerSearch(400)]

  assert.ok(many < few * 1.5, `${few} and ${many}`)
})

test('a search for a block that its session wants no more lets go on what waited for it there', () => {
  const table = new Table({ searchHeadStart: 500 }, true)
  const [one, other] = [table.session(), table.session()]

  table.want(one, 0, 1)
  table.want(other, 0)
  table.effects()
  table.unwant(one, 0)
  table.planner.found.searchEnded(table.searches[0] as Want, 0)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0, 1])
})

test('a search that takes too long keeps no other block of its session from being searched', () => {
  const table = new Table({ searchHeadStart: 500 }, true)
  const session = table.session()

  table.want(session, 0)
  table.pass(500)
  table.want(session, 1)
  table.effects()
  assert.deepEqual(table.searches.map(want => number(want.cid)), [0, 1])
})

test('a search that ends after its want does nothing', () => {
  const table = new Table({}, true)
  const a = table.connect(1)
  const session = table.session()

  table.connect(2)
  table.want(session, 0)
  table.effects()
  table.told(a)
  table.unwant(session, 0)
  table.told(a)
  table.planner.found.searchEnded(table.searches[0] as Want, 0)
  assert.equal(session.searches, 0)
  assert.deepEqual(table.told(a), [])
  assert.equal(session.looking, 0)
})

test('a search is cancelled when its want is over, however it ended', () => {
  const table = new Table({}, true)
  const a = table.connect(1)
  const session = table.session()

  table.connect(2)
  table.want(session, 0, 1)
  table.planner.takeEffects()
  table.told(a)
  table.block(a, 0)
  assert.deepEqual(table.planner.takeEffects()?.cancelSearch.map(want => number(want.cid)), [0])
  assert.equal(session.searches, 0)
})

test('what only routing is asked for is asked of a provider of another block of its session at once', () => {
  const table = new Table({ maxBroadcastPeers: 0 }, true)
  const session = table.session()

  table.want(session, 0)
  table.pass(500)
  table.want(session, 1)
  table.pass(2500)
  table.effects()
  assert.deepEqual(table.searches.map(({ key }) => key), [table.state(0)?.key, table.state(1)?.key])

  const provider = table.connect(1)
  table.planner.found.providerFound(table.state(0) as Want, provider.peer, table.now)
  assert.deepEqual(table.told(provider), ['b0', 'b1'])
})
