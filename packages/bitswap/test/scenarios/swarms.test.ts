/**
 * What boxo tests of many nodes that give each other blocks, in ours: everybody
 * ends up with everything, the accounts of any two agree, and a peer more makes
 * no want more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../src/core/random.ts'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { Table } from '../planner-table.ts'
import type { Block } from 'ts-bitswap'
import type { Instance } from 'ts-bitswap/testing'

const LATENCY = 20

/** All fetch all of these at once, and have them in the end. */
async function fetchAll (net: VirtualNetwork, nodes: Instance[], blocks: Block[]): Promise<void> {
  await net.run(Promise.all(nodes.map(async ({ bitswap }) => {
    const missing = new Set(blocks.map(({ cid }) => cid.toString()))

    for await (const { cid } of bitswap.getBlocks(blocks.map(({ cid }) => cid))) {
      missing.delete(cid.toString())
    }

    assert.equal(missing.size, 0)
  })))
}

for (const { count, size } of [{ count: 30, size: 2 }, { count: 10, size: 40 }, { count: 2, size: 100 }]) {
  test(`${size} blocks that one of ${count} has get to all of them, who are left with no wants`, async () => {
    const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
    const [seed, ...others] = await net.instances(count)
    const blocks = await randomBlocks(size, { size: 4096 })

    seed.hold(...blocks)
    await fetchAll(net, others, blocks)
    assert.ok(others.every(({ store }) => store.count === size))
    await net.advance(5000)

    for (const { bitswap } of others) {
      assert.deepEqual(bitswap.getWantlist(), [])
      assert.ok(others.every(({ peer }) => bitswap.wantlistForPeer(peer).length === 0))
    }

    await net.close()
  })
}

test('two that have half each have all in the end, and their accounts are each other\'s mirror', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(40, { size: 4096 })

  alice.hold(...blocks.slice(0, 10))
  bob.hold(...blocks.slice(10))
  await fetchAll(net, [alice, bob], blocks)
  await net.advance(1000)
  const [his, hers] = [alice.bitswap.ledgerForPeer(bob.peer), bob.bitswap.ledgerForPeer(alice.peer)]
  assert.deepEqual([his?.sent, his?.received, his?.exchanged], [10 * 4096, 30 * 4096, 40])
  assert.deepEqual([hers?.sent, hers?.received, hers?.exchanged], [30 * 4096, 10 * 4096, 40])
  await net.close()
})

test('60 peers of a client come and go, have, lack and send, and nothing is left when nothing is wanted', () => {
  const table = new Table()
  const random = new SeededRandom(1)
  const sessions = [table.session(), table.session(), table.session()]
  const board = table.planner.board
  const peers = Array.from({ length: 60 }, (_, i) => table.connect(i + 1))
  const oneOf = <T>(things: readonly T[]): T => things[random.int(things.length)] as T

  for (let i = 0; i < 3000; i++) {
    const [session, peer, block] = [oneOf(sessions), oneOf(peers), random.int(100)]
    const want = table.state(block)

    if (want == null || !want.sessions.has(session)) {
      table.want(session, block)
    } else {
      const acts = [
        () => { table.have(peer, block) },
        () => { table.dontHave(peer, block) },
        () => { table.block(peer, block) },
        () => { table.unwant(session, block) },
        () => { table.told(peer) },
        () => { table.pass(random.int(100)) }
      ]
      oneOf(acts)()
    }
  }

  sessions.forEach(session => { table.planner.sessionClosed(session, table.now) })
  table.pass(10_000)
  assert.deepEqual([board.wants.size, board.unresolved.size, board.sessions.size], [0, 0, 0])

  for (const peer of peers) {
    table.told(peer)
    assert.deepEqual([peer.wants.size, peer.asked.size, peer.probed.size, peer.sessions.size, peer.wants.hasChanges], [0, 0, 0, 0, false])
  }
})

test('of a list that eight peers have whole hardly more is asked of all of them than of one', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, check: false })
  const [alice, ...seeds] = await net.instances(9)
  const blocks = await randomBlocks(2000, { size: 2048 }) // smaller ones come in place of a HAVE

  seeds.forEach(seed => { seed.hold(...blocks) })
  await fetchAll(net, [alice], blocks)

  const haves = seeds.reduce((sum, { bitswap }) => sum + bitswap.stat().server.havesSent, 0)

  // 128 of each, before it was known that they have any, and one more along with each that was asked before the first came
  assert.ok(haves < 8 * (128 + 64), `${haves}`)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  await net.close()
})

test('of small blocks, which come in place of a HAVE, no more come from each of eight than are looked for at first', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, check: false })
  const [alice, ...seeds] = await net.instances(9)
  const blocks = await randomBlocks(2000, { size: 1024 })

  seeds.forEach(seed => { seed.hold(...blocks) })
  await fetchAll(net, [alice], blocks)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 7 * 128)
  await net.close()
})
