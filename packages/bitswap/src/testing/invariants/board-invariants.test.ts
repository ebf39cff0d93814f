import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { ClientPeer } from '../../client/client-peer.ts'
import { SessionState } from '../../client/session-state.ts'
import { PeerNumbers } from '../../client/peer-numbers.ts'
import { Want, WantState } from '../../client/want.ts'
import { peerIdFromSeed } from '../peer-ids.ts'
import { boardViolations } from './board-invariants.ts'

/** As of the busy exchange. */
const LIMITS = { maxLooking: 3, maxWants: 1000, maxWantsPerPeer: 32 }

/** All that is wrong on alice's board, after what was broken. */
async function violations (break_: (busy: BusyExchange) => Promise<void>): Promise<string[]> {
  const busy = await new BusyExchange().start()

  await break_(busy)

  return boardViolations(busy.board, LIMITS, busy.net.clock.now())
}

/** A peer that is not connected. */
function strangerTo ({ board }: BusyExchange): ClientPeer {
  return new ClientPeer(peerIdFromSeed(99), { window: { initial: 1, max: 1 }, times: { min: 1, max: 1 } }, board.usual)
}

/** Cases by what is to be found; each breaks one thing, though it may show in more than one place. */
const CASES: ReadonlyArray<[RegExp, (busy: BusyExchange) => Promise<void>]> = [
  [/^want …\w{8} \(asked\) is under the key of another block$/, async busy => {
    const want = await busy.want(WantState.Asked)
    busy.board.wants.delete(want.key)
    busy.board.wants.set('another', want)
  }],
  [/ is over, and still on the board$/, async busy => { (await busy.want(WantState.Asked)).state = WantState.Over }],
  [/ is wanted by no session$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.sessions].forEach(session => { session.wants.delete(want) })
    want.sessions.clear()
  }],
  [/ is wanted by session 99, which is not on the board$/, async busy => {
    const want = await busy.want(WantState.Asked)
    const stranger = new SessionState(99, false)
    stranger.wants.add(want)
    want.sessions.add(stranger)
  }],
  [/ is wanted by session 1, which does not know$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.sessions].forEach(session => { session.wants.delete(want) })
  }],
  [/ is closed in session 99, which does not want it$/, async busy => { (await busy.want(WantState.Asked)).closedIn.add(new SessionState(99, false)) }],
  [/^peer …\w{8} has the number 70, which is not its own$/, async busy => { busy.peer(busy.bob).number = 70 }],
  [/ is held by peer …\w{8}, which is not connected$/, async busy => {
    const want = await busy.want(WantState.Asked)
    const stranger = strangerTo(busy)
    stranger.wants.want(want, 'block')
    want.holders.add(stranger)
  }],
  [/ is held by peer …\w{8}, in whose wantlist it is not$/, async busy => {
    const want = await busy.want(want => want.holders.size > 0)
    ;[...want.holders].forEach(peer => { peer.wants.forget(want.key) })
  }],
  [/ is asked of peer …\w{8}, which does not know$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.askedOf].forEach(peer => { peer.asked.delete(want) })
  }],
  [/ is asked of peer …\w{8}, which is no holder$/, async busy => { (await busy.want(WantState.Asked)).holders.clear() }],
  [/ is probed at peer …\w{8}, which does not know$/, async busy => {
    const want = await busy.want(want => want.probedAt.size > 0)
    ;[...want.probedAt].forEach(peer => { peer.probed.delete(want) })
  }],
  [/ is probed at peer …\w{8}, which is no holder$/, async busy => { (await busy.want(want => want.probedAt.size > 0)).holders.clear() }],
  [/^want …\w{8} \(asked\) is asked of nobody$/, async busy => { (await busy.want(WantState.Asked)).askedOf.clear() }],
  [/^want …\w{8} \(looking\) has nothing under way$/, async busy => {
    const want = await busy.want(want => want.state === WantState.Looking && want.search !== 'running')
    busy.board.deadlines.delete(want)
    want.probedAt.clear()
    want.askedOf.clear()
  }],
  [/^want …\w{8} \(waiting\) has no deadline$/, async busy => { busy.board.deadlines.delete(await busy.want(WantState.Waiting)) }],
  [/^want …\w{8} \(ready\) awaits nothing in session 1, and not a \w+$/, async busy => {
    const want = await busy.want(WantState.Ready)
    ;[...want.sessions].forEach(session => { session.ready.remove(want) })
  }],
  [/^want …\w{8} \(ready\) waits for its turn, while session 1 looks for 0 of 3$/, async busy => {
    const want = await busy.want(want => [...want.sessions].some(session => session.ready.awaited(want) === 'turn'))
    ;[...want.sessions].forEach(session => { session.looking = 0 })
  }],
  [/ waits for its turn, and may not be looked for$/, async busy => {
    const want = await busy.want(want => [...want.sessions].some(session => session.ready.awaited(want) === 'turn'))
    ;[...want.sessions].forEach(session => { want.closedIn.add(session) })
  }],
  [/^want …\w{8} \(ready\) waits for a peer, while peer …\w{8} is idle$/, async busy => {
    await busy.want(want => [...want.sessions].some(session => session.ready.awaited(want) === 'peer'))
    busy.board.peers.forEach(peer => { peer.asked.clear() })
  }],
  [/^want …\w{8} \(arriving\) has 1 holders left$/, async busy => { (await busy.want(WantState.Arriving)).holders.add(busy.peer(busy.bob)) }],
  [/^peer …\w{8} is under the key of peer …stranger$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.peers.set('a stranger', busy.peer(busy.bob))
  }],
  [/^peer …\w{8} owes \d+ answers, and its silence will not be noticed$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.askedOf].forEach(peer => { busy.board.deadlines.delete(peer) })
  }],
  [/^peer …\w{8} has …\w{8} in its wantlist, which nobody wants$/, async busy => {
    await busy.want(WantState.Asked)
    const want = [...busy.board.wants.values()][0]
    busy.peer(busy.bob).wants.want({ key: 'unknown', cid: want.cid, priority: 1 }, 'block')
  }],
  [/^peer …\w{8} has …\w{8} in its wantlist, and is no holder$/, async busy => {
    const want = await busy.want(want => want.holders.size > 0)
    want.holders.clear()
  }],
  [/^peer …\w{8} was asked for want .* which does not know$/, async busy => {
    const want = await busy.want(want => want.state === WantState.Ready && want.askedOf.size === 0)
    busy.peer(busy.bob).asked.set(want, 0)
  }],
  [/^peer …\w{8} owes an answer for want .* which is not on the board$/, async busy => {
    const { cid } = await busy.want(WantState.Ready)
    busy.peer(busy.bob).probed.set(new Want('unknown', cid, 1, new PeerNumbers(0)), 0)
  }],
  [/^peer …\w{8} owes an answer for want .* which is not in its wantlist$/, async busy => {
    const want = await busy.want(want => want.state === WantState.Ready && want.holders.size === 0)
    busy.peer(busy.bob).probed.set(want, 0)
  }],
  [/^peer …\w{8} is in session 99, which does not know$/, async busy => {
    await busy.want(WantState.Asked)
    busy.peer(busy.bob).sessions.add(new SessionState(99, false))
  }],
  [/^session 1 is closed, and still on the board$/, async busy => {
    await busy.want(WantState.Asked)
    ;[...busy.board.sessions].forEach(session => { session.closed = true })
  }],
  [/^session 1 counts 99 wants that are looked for, there are \d$/, async busy => {
    await busy.want(WantState.Asked)
    ;[...busy.board.sessions].forEach(session => { session.looking = 99 })
  }],
  [/^session 1 has \d+ wants in its queues, \d+ are ready$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.sessions].forEach(session => { session.ready.push(want, 'peer') })
  }],
  [/^session 1 holds want …\w{8} \(asked\) for a search, which does not wait$/, async busy => {
    const want = await busy.want(WantState.Asked)
    ;[...want.sessions].forEach(session => { session.held.add(want) })
  }],
  [/^session 1 has -1 dials and \d searches$/, async busy => {
    await busy.want(WantState.Asked)
    ;[...busy.board.sessions].forEach(session => { session.dials = -1 })
  }],
  [/^session 1 has peer …\w{8}, which is not connected or does not know$/, async busy => {
    await busy.want(WantState.Asked)
    ;[...busy.board.sessions].forEach(session => { session.peers.add(strangerTo(busy)) })
  }],
  [/^session 1 wants want …\w{8} \(ready\), which does not know$/, async busy => {
    const { cid } = await busy.want(WantState.Ready)
    ;[...busy.board.sessions].forEach(session => { session.wants.add(new Want('unknown', cid, 1, new PeerNumbers(0))) })
  }],
  [/^session 1 wants want …\w{8} \(ready\), which is not on the board$/, async busy => {
    const { cid } = await busy.want(WantState.Ready)
    ;[...busy.board.sessions].forEach(session => { session.wants.add(new Want('unknown', cid, 1, new PeerNumbers(0))) })
  }],
  [/^want …\w{8} \(looking\) is not among the unresolved$/, async busy => { busy.board.unresolved.delete(await busy.want(WantState.Looking)) }],
  [/^want …\w{8} \(asked\) is among the unresolved, and is none or not on the board$/, async busy => { busy.board.unresolved.add(await busy.want(WantState.Asked)) }],
  [/^want …\w{8} \(asked\) has a deadline, and is not unresolved$/, async busy => { busy.board.deadlines.set(await busy.want(WantState.Asked), 1e9) }],
  [/^1 deadlines are of nobody on the board$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.deadlines.set(strangerTo(busy), 1e9)
  }],
  [/^1 peers with changed wantlists were not woken$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.changed.add(busy.peer(busy.bob))
  }],
  [/^what became possible was not done, for 1 peers and 0, 0 and 0 sessions$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.openings.freed.add(busy.peer(busy.bob))
  }],
  [/^what became possible was not done, for 0 peers and 1, 1 and 1 sessions$/, async busy => {
    await busy.want(WantState.Asked)
    ;[...busy.board.sessions].forEach(session => {
      busy.board.openings.stirred.add(session)
      busy.board.openings.gained.set(session, new Set())
      busy.board.openings.roomToLook.add(session)
    })
  }],
  [/^1 searches without a want were not cancelled$/, async busy => { busy.board.searchless.add(await busy.want(WantState.Asked)) }],
  [/^a deadline at -1 has passed unseen, it is \d+$/, async busy => {
    const want = await busy.want(want => busy.board.deadlines.get(want) != null)
    busy.board.deadlines.set(want, -1)
  }]
]

for (const [found, break_] of CASES) {
  test(`it is found that ${String(found).slice(1, -1)}`, async () => {
    const all = await violations(break_)

    assert.ok(all.some(violation => found.test(violation)), all.join('\n'))
  })
}

test('what is bounded may stand at its bound, and not one past it', async () => {
  const busy = await new BusyExchange().start()

  await busy.until(() => busy.peer(busy.bob)?.wants.size > 10)

  const [wants, entries] = [busy.board.wants.size, Math.max(...[...busy.board.peers.values()].map(peer => Math.max(peer.wants.size, peer.window.wants)))]
  const found = (maxWants: number, maxWantsPerPeer: number): string => boardViolations(busy.board, { maxLooking: 3, maxWants, maxWantsPerPeer }, busy.net.clock.now()).join()

  assert.equal(found(wants, entries), '')
  assert.match(found(wants - 1, entries), new RegExp(`^${wants} blocks are wanted, over ${wants - 1}$`))
  assert.match(found(wants, 3), /peer …\w{8} is told of \d+ wants, over 3.*has a window of 4, not of 1 to 3/)
})

test('a busy board has no violations at any time, and meets every state', async () => {
  const busy = await new BusyExchange().start()
  const states = new Set<WantState>()
  let steps = 0

  await busy.until(() => {
    const all = boardViolations(busy.board, LIMITS, busy.net.clock.now())

    assert.deepEqual(all, [])
    busy.board.wants.forEach(want => states.add(want.state))
    steps++

    return busy.net.clock.now() > 3000
  })

  assert.deepEqual([...states].toSorted(), ['arriving', 'asked', 'looking', 'ready', 'waiting'])
  assert.ok(steps > 300 && busy.arrived > 100, `${steps} steps, ${busy.arrived} blocks`)
})
