import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { WantState } from '../../client/want.ts'
import { clientViolations } from './client-invariants.ts'

/** Cases by what is to be found; each breaks one thing, though it may show in more than one place. */
const CASES: ReadonlyArray<[RegExp, (busy: BusyExchange) => Promise<void>]> = [
  [/^want …\w{8} \(asked\) is waited for by nobody$/, async busy => {
    const want = await busy.want(WantState.Asked)
    const { waiters } = busy.exchange.books.client
    const has = waiters.has.bind(waiters)
    Object.assign(waiters, { has: (key: string) => key !== want.key && has(key) })
  }],
  [/^want …\w{8} \(\w+\) has answers of 2 peers that are forgotten$/, async busy => {
    const want = await busy.want(WantState.Waiting)
    ;[70, 71].forEach(number => { want.answers.set({ number }, 'have') })
  }],
  [/ waits for a search that is not under way$/, async busy => { (await busy.want(({ search }) => search !== 'running')).search = 'running' }],
  [/^sessions count 51 searches, there are 1$/, async busy => {
    await busy.want(want => want.search === 'running')
    busy.board.sessions.forEach(session => { session.searches += 50 })
  }],
  [/^routing is asked for 1 blocks, 0 wants wait for that$/, async busy => { (await busy.want(want => want.search === 'running')).search = 'done' }],
  [/^3 searches run at once, over 2$/, async busy => {
    await busy.want(WantState.Asked)
    Object.defineProperty(busy.exchange.books.client.search, 'running', { value: 3 })
  }],
  [/^something is due at -1, and the timer goes off at \d+$/, async busy => { busy.board.deadlines.set(await busy.want(WantState.Looking), -1) }],
  [/^users hold 1 sessions, the board has 0$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.sessions.clear()
  }],
  [/^peer …\w{8} is on the board, and not connected$/, async busy => {
    await busy.want(WantState.Asked)
    ;(busy.exchange.books.peers as Map<string, unknown>).delete(busy.bob.peer.toString())
  }],
  [/^peer …\w{8} is connected, and not on the board$/, async busy => {
    await busy.want(WantState.Asked)
    busy.board.peers.delete(busy.bob.peer.toString())
  }],
  [/^a deadline at -1 has passed unseen/, async busy => { busy.board.deadlines.set(await busy.want(WantState.Looking), -1) }]
]

for (const [found, break_] of CASES) {
  test(`it is found that ${String(found).slice(1, -1)}`, async () => {
    const busy = await new BusyExchange().start()
    await break_(busy)
    const all = clientViolations(busy.exchange, busy.net.clock.now())

    assert.ok(all.some(violation => found.test(violation)), all.join('\n'))
  })
}

test('three busy exchanges have no violations at any time, nor when they have stopped', async () => {
  const busy = await new BusyExchange().start()
  const all = (): string[] => [busy.alice, busy.bob, busy.carol].flatMap(({ bitswap }) => clientViolations(bitswap, busy.net.clock.now()))

  await busy.until(() => {
    assert.deepEqual(all(), [])

    return busy.net.clock.now() > 2000
  })
  await busy.net.clock.run(busy.exchange.stop())
  assert.deepEqual(all(), [])
})
