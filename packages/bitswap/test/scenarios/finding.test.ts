import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'

const LATENCY = 20
const ROUND_TRIP = 2 * LATENCY

interface Setting {
  net: VirtualNetwork
  alice: Instance
  /** Connected with Alice: all streams are open, and nobody is better known to her than the others. */
  peers: Instance[]
}

async function setup (count: number): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, ...peers] = await net.instances(count + 1)
  const [missing, ...first] = await randomBlocks(count + 1, { seed: 99, size: 4096 })

  await assert.rejects(net.run(alice.bitswap.getBlock((missing as Block).cid, { failFast: true })), { name: 'BlockUnavailableError' })

  for (const [i, peer] of peers.entries()) {
    const block = first[i] as Block

    peer.hold(block)
    await net.run(alice.bitswap.getBlock(block.cid, { providers: [peer.peer], onlyProviders: true }))
  }

  return { net, alice, peers }
}

/** Milliseconds until a new session has all of these. */
async function timeOf ({ net, alice }: Setting, blocks: readonly Block[]): Promise<number> {
  const start = net.clock.now()
  const session = alice.bitswap.newSession()
  const missing = new Set(blocks.map(({ cid }) => cid.toString()))

  await net.run(async () => {
    for await (const { cid } of session.getBlocks(blocks.map(({ cid }) => cid))) {
      missing.delete(cid.toString())
    }
  })
  assert.equal(missing.size, 0)
  session.close()

  return net.clock.now() - start
}

test('a block that one of the connected peers has comes in two round trips', async () => {
  for (const count of [2, 5, 10]) {
    const setting = await setup(count)
    const [block] = await randomBlocks(1, { size: 4096 })

    setting.peers.at(-1)?.hold(block)
    assert.equal(await timeOf(setting, [block]), 2 * ROUND_TRIP)
    await setting.net.close()
  }
})

test('a block of 1 KiB comes in one round trip, one of a byte more in two', async () => {
  for (const [size, roundTrips] of [[1024, 1], [1025, 2]] as const) {
    const setting = await setup(3)
    const [block] = await randomBlocks(1, { size })

    setting.peers.at(-1)?.hold(block)
    assert.equal(await timeOf(setting, [block]), roundTrips * ROUND_TRIP)
    await setting.net.close()
  }
})

test('a single peer is asked for the block itself: one round trip', async () => {
  const setting = await setup(1)
  const [block] = await randomBlocks(1, { size: 4096 })

  setting.peers[0]?.hold(block)
  assert.equal(await timeOf(setting, [block]), ROUND_TRIP)
  await setting.net.close()
})

test('a hundred blocks, each at one of ten peers, come in two round trips', async () => {
  const setting = await setup(10)
  const blocks = await randomBlocks(100, { size: 4096 })

  blocks.forEach((block, i) => setting.peers[i % 10]?.hold(block))
  assert.equal(await timeOf(setting, blocks), 2 * ROUND_TRIP)
  await setting.net.close()
})
