import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

interface Setting {
  net: VirtualNetwork
  alice: Instance
  bob: Instance
  carol: Instance
  blocks: Block[]
}

/** Alice knows Bob as one who has the blocks of a session; Carol has them too. */
async function setup (): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(200, { size: 4096 })

  bob.hold(...blocks)
  carol.hold(...blocks)

  return { net, alice, bob, carol, blocks }
}

/** Fetches all, with a crash of Bob once some have come; returns how long it took from the crash on. */
async function fetchThroughCrash ({ net, alice, bob, blocks }: Setting, noticed: number): Promise<number> {
  let [arrived, crashed] = [0, 0]

  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived === 50) {
      crashed = net.clock.now()
      bob.crash({ noticed })
    }
  })

  assert.equal((await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))).length, 200)
  assert.equal(alice.store.count, 200)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)

  return net.clock.now() - crashed
}

test('a crash that is noticed at once delays nothing: the other seed is asked for what was lost', async () => {
  const setting = await setup()
  const took = await fetchThroughCrash(setting, 0)

  assert.ok(took <= 10 * LATENCY, `${took}`)
  await setting.net.close()
})

test('a crash that is noticed late delays what was asked of the dead until then', async () => {
  const setting = await setup()
  const took = await fetchThroughCrash(setting, 300)

  assert.ok(took >= 300 && took <= 300 + 10 * LATENCY, `${took}`)
  await setting.net.close()
})

test('a crash that nobody notices delays what was asked of the dead for the time silence takes', async () => {
  const setting = await setup()
  const took = await fetchThroughCrash(setting, Infinity)

  assert.ok(took >= SILENCE - 2 * LATENCY && took <= SILENCE + 10 * LATENCY, `${took}`)
  setting.net.disconnect(setting.alice, setting.bob)
  setting.net.disconnect(setting.carol, setting.bob)
  await setting.net.close()
})

test('a peer that is back empty is not believed to have what it had', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, second, third] = await randomBlocks(3, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, second, third)
  await net.run(session.getBlock(first.cid))
  const got = session.getBlock(second.cid)
  bob.crash({ noticed: Infinity })
  await net.advance(1000)
  await bob.revive()
  net.connect(alice, bob)
  await net.advance(1000)
  // it was asked again, and refused: what it had and sent before counts for nothing
  assert.deepEqual(session.peers().map(({ blocks, dontHaves }) => [blocks, dontHaves]), [[0, 1]])
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer).map(({ cid }) => cid.toString()), [second.cid.toString()])
  await assert.rejects(net.run(alice.bitswap.getBlock(third.cid, { failFast: true }), { limit: 1000 }), { name: 'BlockUnavailableError', peersAsked: 1 })

  const added = net.clock.now()
  await bob.bitswap.addBlock(second)
  assert.deepEqual(await net.run(got), second.bytes)
  assert.ok(net.clock.now() - added <= 3 * LATENCY, `${net.clock.now() - added}`)
  session.close()
  await net.close()
})

test('whoever is back empty is sent nothing it wanted before, and nothing is kept of what it wanted', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [before, after] = await randomBlocks(2)

  void alice.bitswap.getBlock(before.cid) // it ends with its process
  await net.advance(1000)
  alice.crash({ noticed: Infinity })
  await net.advance(10_000)
  assert.equal(bob.bitswap.wantlistForPeer(alice.peer).length, 1) // nobody knows
  await alice.revive()
  net.connect(alice, bob)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  const got = alice.bitswap.getBlock(after.cid)
  await net.advance(1000)
  await bob.bitswap.addBlocks([before, after])
  assert.deepEqual(await net.run(got), after.bytes)
  await net.advance(1000)
  assert.equal(alice.bitswap.stat().blocksReceived, 1)
  await net.close()
})

test('blocks for the dead are given up within the deadlines of their streams, and others are served meanwhile', async () => {
  const took: number[] = []

  for (const crash of [false, true]) {
    const { net, alice, bob, carol, blocks } = await setup()
    const large = await randomBlocks(20, { size: 1_000_000, seed: 2 })

    bob.hold(...large)
    carol.store.clear()
    net.disconnect(alice, carol)

    if (crash) {
      void collect(alice.bitswap.getBlocks(large.map(({ cid }) => cid))) // it ends with its process
      await net.advance(3 * LATENCY)
      alice.crash({ noticed: Infinity })
    }

    const start = net.clock.now()
    await net.run(collect(carol.bitswap.getBlocks(blocks.map(({ cid }) => cid))))
    took.push(net.clock.now() - start)
    await net.advance(600_000)
    assert.equal(bob.bitswap.books.server.run?.engine.readAhead, 0)
    net.disconnect(alice, bob)
    await net.close()
  }

  assert.equal(took[0], took[1])
})
