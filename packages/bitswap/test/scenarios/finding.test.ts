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

test('a small block comes once from each of the first peers that are asked, and from no other', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, ...peers] = await net.instances(31)
  const [block] = await randomBlocks(1, { size: 800 })

  peers.forEach(peer => { peer.hold(block) })
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  await net.advance(5000)
  assert.equal(alice.bitswap.stat().blocksReceived, 10)
  assert.equal(peers.reduce((sum, peer) => sum + peer.bitswap.stat().blocksSent, 0), 10)
  await net.close()
})

test('with only the given providers neither routing is asked nor whoever connects meanwhile', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing()
  const [alice, bob] = await net.instances(2, { routing })
  const [carol, dave] = await net.instances(2, { connected: 'none' })
  const [block] = await randomBlocks(1)

  ;[carol, dave].forEach(peer => { peer.hold(block) })
  routing.add(block.cid, dave)
  const got = alice.bitswap.getBlock(block.cid, { providers: [bob.peer], onlyProviders: true })
  await net.advance(1000)
  net.connect(alice, carol)
  await net.advance(1000)
  assert.deepEqual([routing.calls.begun, carol.bitswap.stat().messagesReceived, dave.bitswap.stat().messagesReceived], [0, 0, 0])
  bob.hold(block)
  bob.bitswap.notifyNewBlocks([block.cid])
  assert.deepEqual(await net.run(got), block.bytes)
  await net.close()
})

test('cancels travel with the answers that are due to a peer', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [block, other] = await randomBlocks(2)

  bob.hold(block)
  await net.run(alice.bitswap.getBlock(block.cid))
  assert.equal(carol.bitswap.wantlistForPeer(alice.peer).length, 1)

  const { messagesSent } = alice.bitswap.stat()
  await assert.rejects(net.run(carol.bitswap.getBlock(other.cid, { failFast: true })), { name: 'BlockUnavailableError' })
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  await net.advance(5000)
  assert.equal(alice.bitswap.stat().messagesSent, messagesSent + 1)
  await net.close()
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
