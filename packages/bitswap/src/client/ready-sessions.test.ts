import assert from 'node:assert/strict'
import { test } from 'node:test'
import { number, Table } from '../../test/planner-table.ts'
import { ReadySessions } from './ready-sessions.ts'
import { Awaits } from './ready-queue.ts'
import { SessionState } from './session-state.ts'
import type { ClientPeer } from './client-peer.ts'
import type { Want } from './want.ts'

const SESSIONS = 1000

interface Setting {
  ready: ReadySessions
  peer: ClientPeer
  sessions: SessionState[]
  wants: Want[]
  /** How many sessions were gone through. */
  looks: () => number
}

/** A peer of a thousand sessions, and three wants. */
function setup (): Setting {
  const table = new Table()
  const [peer, holder] = [table.connect(1), table.session()]
  const sessions = Array.from({ length: SESSIONS }, (_, i) => new SessionState(i, false))
  let looks = 0

  table.want(holder, 0, 1, 2)
  sessions.forEach(session => { session.addPeer(peer) })
  peer.sessions[Symbol.iterator] = function * (): Generator<SessionState, undefined> {
    for (const session of peer.sessions.values()) {
      looks++
      yield session
    }

    return undefined
  }

  return { ready: new ReadySessions(), peer, sessions, wants: [0, 1, 2].map(i => table.state(i) as Want), looks: () => looks }
}

/** Blocks the peer is asked for. */
function filled ({ ready, peer }: Setting): number[] {
  const asked: number[] = []

  ready.fill(peer, want => { asked.push(number(want.cid)) })

  return asked
}

test('a peer of a thousand sessions is filled from those that have something for it, and no others are looked at', () => {
  const setting = setup()
  const { ready, sessions, wants } = setting

  ready.queue(sessions[500] as SessionState, wants[0] as Want, Awaits.Peer)
  ready.queue(sessions[7] as SessionState, wants[1] as Want, Awaits.Peer)
  ready.queue(sessions[3] as SessionState, wants[2] as Want, Awaits.Turn)
  ready.queue(new SessionState(SESSIONS, false), wants[2] as Want, Awaits.Peer)
  assert.equal(ready.size, 3)
  assert.deepEqual([filled(setting), setting.looks()], [[0, 1], 0])
  // of the two that are empty now nothing is kept
  assert.equal(ready.size, 1)
  assert.deepEqual(filled(setting), [])
})

test('a peer without room is given nothing, and a closed session has nothing for it', () => {
  const setting = setup()
  const { ready, peer, sessions, wants } = setting

  ready.queue(sessions[0] as SessionState, wants[0] as Want, Awaits.Peer)
  peer.stalled = true
  assert.deepEqual([filled(setting), ready.size], [[], 1])
  peer.stalled = false
  ready.forget(sessions[0] as SessionState)
  assert.deepEqual([filled(setting), ready.size], [[], 0])
})
