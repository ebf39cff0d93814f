import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'

/** What is said to peers is said, and they lack all they are asked for. */
function refuseAll (table: Table, ...peers: ClientPeer[]): void {
  for (let words = peers.map(peer => table.told(peer)); words.some(({ length }) => length > 0); words = peers.map(peer => table.told(peer))) {
    words.forEach((said, i) => { table.dontHave(peers[i] as ClientPeer, ...said.filter(word => /^[bh]/.test(word)).map(word => Number(word.slice(1)))) })
  }
}

test('refusals of one peer make nobody go through all that waits for another', () => {
  const table = new Table()
  const session = table.session()
  const [one, two] = [table.connect(1), table.connect(2)]
  let looks = 0

  table.want(session, 398, 399)
  table.block(one, 398)
  table.block(two, 399)
  table.want(session, ...Array.from({ length: 300 }, (_, i) => i))
  refuseAll(table, one, two)
  table.disconnect(one)

  const { ready } = session
  const takeFor = ready.takeFor.bind(ready)

  ready.takeFor = (canHelp, maxSkips) => takeFor(want => {
    looks++

    return canHelp(want)
  }, maxSkips)

  refuseAll(table, table.connect(1), two)

  assert.deepEqual([session.looking, ready.size, session.wants.size], [0, 0, 300])
  assert.ok(looks < 3000, `looked ${looks} times at 300 wants`)
})
