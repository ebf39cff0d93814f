import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import { WantState } from './want.ts'
test('a single connected peer is asked for the block at once', () => {
  const table = new Table()
  const peer = table.connect(1)

  table.want(table.session(), 0, 1)
  assert.deepEqual(table.told(peer), ['b0', 'b1'])
})

test('a DONT_HAVE moves the want to the next peer at once', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.peerJoins(session, b, 0)
  table.want(session, 0)

  const [first, second] = table.state(0)?.askedOf.has(a) === true ? [a, b] : [b, a]
  assert.ok(table.told(first).includes('b0'))
  table.told(second)
  table.dontHave(first, 0)
  assert.ok(table.told(second).includes('b0'))
})

test('a peer that leaves takes no want with it', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1, 2)
  table.have(a, 0, 1, 2)
  table.have(b, 2)
  table.told(b)
  table.block(a, 0)
  table.disconnect(a)

  // b said it has 2; of 1 nothing is known, and b is in the session: both are asked of it
  assert.deepEqual(table.told(b).filter(word => word.startsWith('b')).toSorted(), ['b1', 'b2'])
})

test('a peer that returns is asked again for what is still wanted', () => {
  const table = new Table()
  const a = table.connect(1)
  const session = table.session()

  table.want(session, 0, 1)
  table.told(a)
  table.block(a, 0)
  table.disconnect(a)
  table.effects()
  assert.equal(table.state(1)?.state, WantState.Waiting)

  assert.deepEqual(table.told(table.connect(1)), ['b1'])
})

test('a silent peer is given up after the timeout, and what it still sends is taken', () => {
  const table = new Table({ dontHaveTimeout: 1000 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1)
  table.have(a, 0, 1)
  table.told(a)
  table.told(b)
  table.pass(999)
  assert.deepEqual(table.told(b), [])
  table.dontHave(b, 0, 1)
  table.pass(1)
  table.effects()
  assert.deepEqual(table.unavailable.toSorted((a, b) => a - b), [0, 1])

  table.block(a, 0)
  assert.equal(table.state(0), undefined)
  assert.equal(a.stalled, false)
})

test('a peer that streams other blocks of ours is not timed out', () => {
  const table = new Table({ dontHaveTimeout: 1000 })
  const a = table.connect(1)
  const session = table.session()

  table.want(session, 0, 1, 2, 3)
  table.told(a)

  for (const i of [0, 1, 2]) {
    table.pass(900)
    table.block(a, i)
  }

  assert.equal(table.state(3)?.askedOf.has(a), true)
  assert.equal(a.stalled, false)
})

test('bytes that still come, of a block that is not complete, count as a sign of life', () => {
  const table = new Table({ dontHaveTimeout: 1000 })
  const a = table.connect(1)

  table.want(table.session(), 0)
  table.told(a)
  table.now = 1000
  table.planner.tick(1000, () => 600)
  assert.equal(a.stalled, false)
  assert.equal(table.planner.nextDeadline(), 1600)
  table.now = 1600
  table.planner.tick(1600, () => 600)
  assert.equal(a.stalled, true)
})

test('who could not listen for a while takes nobody for silent yet, and that once', () => {
  const table = new Table({ dontHaveTimeout: 1000, minAnswerTimeout: 1000 })
  const a = table.connect(1)
  const late = (now: number, heardAt: number): void => {
    table.now = now
    table.planner.tick(now, () => heardAt, true)
  }

  table.want(table.session(), 0)
  table.told(a)
  late(5000, 0)
  assert.deepEqual([a.stalled, a.asked.size, table.planner.nextDeadline()], [false, 1, 6000])
  late(6999, 6500) // it was heard in between: it is excused once more
  assert.deepEqual([a.stalled, a.asked.size, table.planner.nextDeadline()], [false, 1, 7999])
  late(7999, 6500)
  assert.equal(a.stalled, true)
})

test('a block cancels the want at exactly those who hold it and did not deliver it', () => {
  const table = new Table()
  const [a, b, c, d] = [table.connect(1), table.connect(2), table.connect(3), table.connect(4)]

  table.want(table.session(), 0)
  ;[a, b, c, d].forEach(peer => { table.told(peer) })
  table.have(a, 0) // ended at a by the answer, then asked for the block
  table.have(b, 0) // ended at b by the answer
  table.dontHave(c, 0) // c goes on holding it
  table.told(a)
  table.block(a, 0)

  assert.deepEqual([a, b, c, d].map(peer => peer.wants.hasChanges), [false, false, false, false])
  table.pass(1000)
  assert.deepEqual([a, b, c, d].map(peer => peer.wants.hasChanges), [false, false, true, true])
  assert.deepEqual([a, b, c, d].map(peer => table.told(peer)), [[], [], ['c0'], ['c0']])
  assert.equal(table.planner.nextDeadline() ?? Infinity, 5000) // d still owes nothing that matters
  table.pass(10_000)
  assert.equal(table.planner.nextDeadline(), undefined)
})

test('a want nobody waits for any more is cancelled, one that another session wants is not', () => {
  const table = new Table()
  const a = table.connect(1)
  const [one, two] = [table.session(), table.session()]

  table.want(one, 0, 1)
  table.want(two, 1)
  table.told(a)
  table.unwant(one, 0)
  table.unwant(one, 1)
  assert.deepEqual(table.told(a), ['c0'])
  table.unwant(two, 1)
  assert.deepEqual(table.told(a), ['c1'])
  assert.equal(table.planner.board.wants.size, 0)
})

test('two sessions that want one block ask one peer', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const [one, two] = [table.session(), table.session()]

  table.planner.found.peerJoins(one, a, 0)
  table.planner.found.peerJoins(two, b, 0)
  table.want(one, 0)
  table.want(two, 0)
  assert.deepEqual([table.told(a), table.told(b)], [['b0'], []])
})

test('a peer is asked for as many blocks at once as its window, which doubles when they have come', () => {
  const table = new Table({ initialWindow: 4 })
  const a = table.connect(1)

  table.want(table.session(), ...Array.from({ length: 40 }, (_, i) => i))
  assert.equal(table.told(a).length, 4)
  table.block(a, 0)
  assert.deepEqual(table.told(a), ['b4'])
  table.block(a, 1, 2, 3)
  assert.equal(a.window.wants, 8)
  assert.equal(a.asked.size, 8)
})

test('a batch is spread over the peers that are known to have it', () => {
  const table = new Table({ initialWindow: 10 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.peerJoins(session, b, 0)
  table.want(session, ...Array.from({ length: 20 }, (_, i) => i))
  assert.deepEqual([a.asked.size, b.asked.size], [10, 10])
})

test('a want that waits for room goes on when the only peer leaves', () => {
  const table = new Table({ initialWindow: 1 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.planner.found.peerJoins(session, a, 0)
  table.want(session, 0, 1)
  assert.equal(table.state(1)?.state, WantState.Ready)
  table.disconnect(a)
  assert.deepEqual(table.told(b), ['b0'])
  table.block(b, 0)
  assert.deepEqual(table.told(b), ['b1'])
})

test('closing a session takes its wants back, and leaves nothing of it', () => {
  const table = new Table({ initialWindow: 2 })
  const a = table.connect(1)
  const session = table.session()

  table.want(session, 0, 1, 2, 3)
  assert.deepEqual(table.told(a), ['b0', 'b1'])
  table.planner.sessionClosed(session, 0)
  assert.deepEqual(table.told(a), ['c0', 'c1'])
  assert.equal(table.planner.board.wants.size, 0)
  assert.equal(table.planner.board.sessions.size, 0)
  assert.equal(a.sessions.size, 0)
  table.pass(10_000)
  assert.equal(table.planner.nextDeadline(), undefined)
})

test('blocks of a peer that has gone are taken, and do not bring it back', () => {
  const table = new Table()
  const a = table.connect(1)
  const session = table.session()

  table.want(session, 0, 1)
  table.told(a)
  table.disconnect(a)
  table.block(a, 0)

  assert.equal(table.state(0), undefined)
  assert.equal(session.peers.size, 0)
  assert.deepEqual(table.told(table.connect(1)), ['b1'])
})

test('a peer that does not even answer what it was asked along with another is silent too', () => {
  const table = new Table({ dontHaveTimeout: 1000 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0)
  table.have(a, 0)
  table.have(b, 0)
  table.block(a, 0)
  table.told(a)
  table.told(b)
  table.want(session, 1)
  assert.deepEqual([table.told(a), table.told(b)], [['b1'], ['h1']])
  table.dontHave(a, 1)
  table.told(b)
  table.pass(1000)
  assert.equal(b.stalled, true)
  assert.equal(table.state(1)?.state, WantState.Waiting)
})

test('others are asked along with the best peer as its misses suggest, and nobody when it is known to have it', () => {
  const table = new Table()
  const peers = Array.from({ length: 6 }, (_, i) => table.connect(i + 1))
  const session = table.session()
  const probed = (i: number): number => peers.filter(peer => table.told(peer).includes(`h${i}`)).length
  const miss = (i: number): void => { [...table.state(i)?.askedOf ?? []].forEach(peer => { table.dontHave(peer, i) }) }

  peers.forEach(peer => { table.planner.found.peerJoins(session, peer, 0) })
  table.want(session, 0)
  assert.equal(probed(0), 0)
  miss(0)
  assert.equal(probed(0), 1)
  miss(0)
  probed(0)

  table.want(session, 1)
  assert.equal(probed(1), 2)
  table.have(peers[5], 2)

  for (let i = 10; i < 26; i++) {
    table.want(session, i)
    table.block([...table.state(i)?.askedOf ?? []][0], i)
  }

  peers.forEach(peer => { table.told(peer) })
  table.want(session, 2)
  assert.equal(probed(2), 0)
})
