import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { SessionState } from './session-state.ts'
import type { ClientPeer } from './client-peer.ts'

const SESSIONS = 1000

/** Sessions that count, together, how often the peers of one of them are gone through. */
class CountedSessions {
  readonly table: Table
  looks = 0

  constructor (table: Table) {
    this.table = table
  }

  make (count: number, peer?: ClientPeer): SessionState[] {
    return Array.from({ length: count }, () => {
      const session = this.table.session()
      const iterate = session.peers[Symbol.iterator].bind(session.peers)

      if (peer != null) {
        session.addPeer(peer)
      }

      session.peers[Symbol.iterator] = () => {
        this.looks++

        return iterate()
      }

      return session
    })
  }

  /** How many looks were taken since the last call. */
  take (): number {
    const { looks } = this
    this.looks = 0

    return looks
  }
}

/** All want block 0 and leave, one by one, twice over: for each no more than a few sessions are looked at. */
function comeAndGo (counted: CountedSessions, sessions: SessionState[], state: string): void {
  const { table } = counted

  for (const session of [...sessions, ...sessions]) {
    table.want(session, 0)
  }

  assert.equal(table.state(0)?.state, state)
  const joining = counted.take()

  sessions.slice(1).forEach(session => { table.unwant(session, 0) })
  assert.equal(table.state(0)?.state, state)
  const leaving = counted.take()

  assert.ok(joining <= 8 * SESSIONS && leaving <= 4 * SESSIONS, `${joining} looks to join, ${leaving} to leave`)
  table.unwant(sessions[0] as SessionState, 0)
  assert.equal(table.state(0), undefined)
}

test('a thousand sessions that want what nobody has look at their own peers alone', () => {
  const counted = new CountedSessions(new Table())

  comeAndGo(counted, counted.make(SESSIONS), 'waiting')
})

test('a thousand sessions that want what is being looked for look at their own peers alone', () => {
  const counted = new CountedSessions(new Table({}, true))

  comeAndGo(counted, counted.make(SESSIONS), 'looking')
})

test('a thousand sessions that want what waits for one busy peer look at their own peers alone', () => {
  const table = new Table({ initialWindow: 1 })
  const counted = new CountedSessions(table)
  const peer = table.connect(1)
  const busy = table.session()

  busy.addPeer(peer)
  table.want(busy, 1)
  comeAndGo(counted, counted.make(SESSIONS, peer), 'ready')
})

test('a session that joins brings its peer to a want that nobody else could ask of it', () => {
  for (const canSearch of [false, true]) {
    const table = new Table({ maxBroadcastPeers: 1 }, canSearch)
    const [first, second] = [table.session(), table.session()]
    const peers = [table.connect(1), table.connect(2)]

    table.want(first, 0)
    const asked = peers.find(peer => table.told(peer).length > 0) as ClientPeer
    const other = peers.find(peer => peer !== asked) as ClientPeer
    table.dontHave(asked, 0)
    assert.equal(table.state(0)?.state, canSearch ? 'looking' : 'waiting')
    second.addPeer(other)
    table.want(second, 0)
    assert.deepEqual([table.state(0)?.state, table.told(other)], ['asked', ['b0']])
  }
})

test('a session that joins brings a peer with room to a want that waits for a busy one, and none of its own that is busy', () => {
  const table = new Table({ initialWindow: 1 })
  const [first, second, third] = [table.session(), table.session(), table.session()]
  const [busy, idle] = [table.connect(1), table.connect(2)]

  first.addPeer(busy)
  second.addPeer(busy)
  third.addPeer(idle)
  table.want(first, 1, 0)
  table.want(second, 0)
  assert.deepEqual([table.state(0)?.state, second.ready.size], ['ready', 1])
  table.told(idle)
  table.want(third, 0)
  assert.deepEqual([table.state(0)?.state, first.ready.size, second.ready.size, table.told(idle)], ['asked', 0, 0, ['b0']])
})

test('a session that joins with a turn of its own has a want looked for that waits for the turn of another, and not without', () => {
  const table = new Table({ maxLooking: 1 }, true)
  const [first, second, third] = [table.session(), table.session(), table.session()]

  table.connect(1)
  table.connect(2)
  table.want(first, 1, 0)
  table.want(second, 2, 0)
  assert.deepEqual([table.state(0)?.state, second.ready.size], ['ready', 1])
  table.want(third, 0)
  assert.equal(table.state(0)?.state, 'looking')
})

test('a want that waits for a peer of the session that leaves is looked for by the others', () => {
  const table = new Table({ initialWindow: 1 })
  const [first, second] = [table.session(), table.session()]
  const [busy] = [table.connect(1), table.connect(2)]

  first.addPeer(busy)
  table.want(first, 1, 0)
  table.want(second, 0)
  assert.equal(table.state(0)?.state, 'ready')
  table.unwant(first, 0)
  assert.equal(table.state(0)?.state, 'looking')
})

test('a want that waits for a dial of the session that leaves is given up', () => {
  const table = new Table()
  const [first, second] = [table.session(), table.session()]

  table.planner.found.dialsChanged(first, 1, 0)
  table.want(first, 0)
  table.want(second, 0)
  assert.equal(table.state(0)?.state, 'looking')
  table.unwant(first, 0)
  assert.equal(table.state(0)?.state, 'waiting')
})

test('a session that joins while it dials has what was given up looked for again', () => {
  const table = new Table()
  const [first, second] = [table.session(), table.session()]

  table.want(first, 0)
  assert.equal(table.state(0)?.state, 'waiting')
  table.planner.found.dialsChanged(second, 1, 0)
  table.want(second, 0)
  assert.equal(table.state(0)?.state, 'looking')
})

test('what waits in a queue and is wanted more urgently stands where that belongs', () => {
  const table = new Table({ initialWindow: 1 })
  const session = table.session()
  const peer = table.connect(1)

  session.addPeer(peer)
  table.want(session, 1, 2, 3)
  table.want(table.session(), 2)
  const urgent = table.state(3) ?? assert.fail()
  table.planner.wanted(session, { key: urgent.key, cid: urgent.cid, priority: 9, closed: false }, 0)
  table.told(peer)
  table.block(peer, 1)
  assert.equal(table.told(peer)[0], 'b3')
})
