import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playEmpty, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** Alice wants so many blocks that none of her five peers has, and has asked them all. */
async function wantInVain (count: number): Promise<{ net: VirtualNetwork, alice: Instance }> {
  const net = new VirtualNetwork({ latency: LATENCY, check: false })
  const [alice] = await net.instances(1)

  for (let i = 0; i < 5; i++) {
    const peer = await net.rawPeer()
    playEmpty(peer)
    net.connect(alice, peer)
  }

  for (const { cid } of await randomBlocks(count, { size: 8 })) {
    alice.bitswap.getBlock(cid).catch((error: unknown) => { assert.equal((error as Error).name, 'NotStartedError') })
  }

  await net.advance(10_000)

  return { net, alice }
}

test('a thousand wants that nobody has take no more timers than one, and an answer of each peer', async () => {
  const [one, many] = [await wantInVain(1), await wantInVain(1000)]
  const wants = [...many.alice.bitswap.wantBoard.wants.values()]

  assert.equal(many.net.clock.pending, one.net.clock.pending)
  assert.ok(wants.every(({ state }) => state === 'waiting'))
  assert.deepEqual(new Set(wants.map(({ answers }) => answers.numbers().length)), new Set([5]))
})

test('thousands of parallel calls send as many messages as one call for all, and take as long', async () => {
  const blocks = await randomBlocks(3000, { size: 64 })
  const cids = blocks.map(({ cid }) => cid)
  const ways: Array<(alice: Instance) => Promise<unknown>> = [
    async alice => await Promise.all(cids.map(async cid => await alice.bitswap.getBlock(cid))),
    async alice => await collect(alice.bitswap.getBlocks(cids))
  ]
  const results: unknown[] = []

  for (const way of ways) {
    const net = new VirtualNetwork({ latency: LATENCY, check: false })
    const [alice, bob] = await net.instances(2)

    bob.hold(...blocks)
    await net.run(way(alice))
    results.push([net.clock.now(), alice.bitswap.stat().messagesSent, bob.bitswap.stat().messagesSent])
  }

  assert.deepEqual(results[0], results[1])
})

test('what nobody has takes no place of what somebody has, however near the limit', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, check: false })
  const [alice, bob] = await net.instances(2)
  const [missing, there] = [await randomBlocks(4090, { size: 8 }), await randomBlocks(200, { size: 64 })]

  bob.hold(...there)

  const coming = alice.bitswap.getBlocks([...missing, ...there].map(({ cid }) => cid))

  const came = await net.run(Promise.all(there.map(async () => await coming.next())))

  assert.ok(came.every(({ done }) => done === false))
  await net.run(coming.return(undefined))
})
