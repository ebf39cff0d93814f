/** Peers that say, ask and send far too much: what they cost is theirs alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, flood, frameOf, playEmpty, playPusher, randomBlocks, randomCid, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import type { BitswapInit, Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** Wants kept of one peer, by default. */
const MAX_WANTS = 1024

interface Setting {
  net: VirtualNetwork
  /** Serves. */
  bob: Instance
  /** Is honest. */
  alice: Instance
  bad: RawPeer
  blocks: Block[]
}

async function setup (init: { delay?: number, uplink?: number, client?: NonNullable<BitswapInit['client']> } = {}): Promise<Setting> {
  const { delay = 0, uplink, client = {} } = init
  const net = new VirtualNetwork({ latency: LATENCY })
  const [bob] = await net.instances(1, { store: { delay }, ...uplink == null ? {} : { uplink } })
  const [alice] = await net.instances(1, { client })
  const bad = await net.rawPeer()
  const blocks = await randomBlocks(50, { size: 4096 })

  net.connect(alice, bob)
  net.connect(bad, bob)
  bob.hold(...blocks)

  return { net, bob, alice, bad, blocks }
}

/** Milliseconds it takes Alice to get all. */
async function timeOf ({ net, alice, blocks }: Setting): Promise<number> {
  const start = net.clock.now()
  const got = await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))

  assert.equal(got.length, blocks.length)

  return net.clock.now() - start
}

test('a flood of wants for blocks nobody has leaves a bounded ledger, is counted, and delays nobody', async () => {
  const calm = await setup({ delay: 10 })
  const expected = await timeOf(calm)
  const setting = await setup({ delay: 10 })
  const { net, bob, bad } = setting

  for (let i = 0; i < 4; i++) {
    await net.run(flood(bad, bob, 5000, net.random))
  }

  assert.equal(await timeOf(setting), expected)
  assert.equal(bob.bitswap.wantlistForPeer(bad.peer).length, MAX_WANTS)
  await net.advance(5000) // its next message is read when the store was asked about the last
  assert.equal(bob.bitswap.books.server.stats.refused, 4 * (5000 - MAX_WANTS))
  await calm.net.close()
  await net.close()
})

test('wants for blocks there are push out wants for blocks there are not', async () => {
  const { net, bob, bad, blocks } = await setup()

  await net.run(flood(bad, bob, MAX_WANTS, net.random))
  await net.advance(1000)
  await net.run(ask(bad, bob, blocks.map(({ cid }) => cid)))
  await net.advance(1000)
  assert.equal(bad.messages.flatMap(message => message.blocks).length, 50)
  assert.equal(bob.bitswap.books.server.stats.evicted, 50)
  assert.ok(bob.bitswap.wantlistForPeer(bad.peer).length <= MAX_WANTS)
  await net.close()
})

test('one that floods and reads nothing is remembered a bounded number of refusals, and what it is owed goes with it', async () => {
  const setting = await setup()
  const { net, bob, bad } = setting

  net.faults.stall(bad, bob)

  for (let i = 0; i < 6; i++) {
    await net.run(ask(bad, bob, Array.from({ length: 5000 }, () => randomCid(net.random))))
  }

  await net.advance(1000)
  const account = bob.bitswap.books.server.run?.engine.account(bad.peer)
  assert.ok((account?.presences.size ?? NaN) <= 9 * MAX_WANTS, `${account?.presences.size}`)
  assert.ok(bob.bitswap.books.server.stats.unanswered > 0)
  assert.equal(await timeOf(setting), 6 * LATENCY)
  net.disconnect(bad, bob)
  assert.equal(bob.bitswap.books.server.run?.engine.account(bad.peer), undefined)
  await net.close()
})

test('a flood of wants for blocks there are takes no more of a slow store than its share', async () => {
  const calm = await setup({ delay: 10 })
  const expected = await timeOf(calm)
  const setting = await setup({ delay: 10 })
  const { net, bob, bad } = setting
  const wanted = await randomBlocks(1000, { seed: 2, size: 4096 })

  bob.hold(...wanted)
  net.faults.stall(bad, bob)
  await net.run(ask(bad, bob, wanted.map(({ cid }) => cid)))
  await net.advance(LATENCY)
  assert.equal(await timeOf(setting), expected)
  assert.ok((bob.bitswap.books.server.run?.engine.readAhead ?? NaN) <= 1_048_576)
  await calm.net.close()
  await net.close()
})

test('blocks that nobody asked for are dropped and counted, however many are allowed, and what was asked for comes as fast', async () => {
  const client = { maxUnaskedBlocks: 100_000, maxUnaskedBytes: 1e9 }
  const calm = await setup({ client })
  playEmpty(calm.bad)
  calm.net.connect(calm.bad, calm.alice)
  const expected = await timeOf(calm)
  const setting = await setup({ client })
  const { net, alice, bad } = setting
  const pushed = await randomBlocks(100, { seed: 2 })

  playPusher(bad, pushed)
  net.connect(bad, alice)

  for (let i = 0; i < 50; i++) {
    await net.run(bad.send(alice, { blocks: pushed }))
  }

  assert.equal(await timeOf(setting), expected)
  await net.advance(1000)
  assert.equal(alice.store.count, 50)
  const { unwantedBlocksReceived, unwantedDataReceived, dataReceived, dupBlksReceived } = alice.bitswap.stat()
  assert.ok(unwantedBlocksReceived >= 5000, `${unwantedBlocksReceived}`)
  assert.equal(unwantedDataReceived, unwantedBlocksReceived * 1024)
  assert.deepEqual([dataReceived - unwantedDataReceived, dupBlksReceived], [50 * 4096, 0])
  // whoever sends what nobody wanted has not given anything
  assert.equal(alice.bitswap.ledgerForPeer(bad.peer)?.received, 0)
  await calm.net.close()
  await net.close()
})

test('many peers that begin messages and do not end them have no more kept for them than all may, and keep nobody from being heard', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, window: 65_536, maxWindow: 65_536 })
  const [bob] = await net.instances(1, { network: { peerBufferSize: 1_000_000, totalBufferSize: 2_000_000 } })
  const [alice] = await net.instances(1)
  const [block] = await randomBlocks(1, { size: 1_000_000 })
  const beginning = frameOf({ blocks: await randomBlocks(1, { size: 400_000 }) }).subarray(0, 399_000)

  net.connect(alice, bob)

  for (let i = 0; i < 10; i++) {
    const bad = await net.rawPeer()

    net.connect(bad, bob)

    for (let j = 0; j < 4; j++) {
      (await net.run(bad.open(bob))).stream.send(beginning)
    }
  }

  await net.advance(5000)
  const kept = bob.bitswap.stat().network.bytesReceived
  // what came before there was too much, and of each the first message and twice its share, with what was on its way by then
  assert.ok(kept >= 2_000_000 && kept <= 2_000_000 + 8 * (399_000 + 2 * 200_000), `${kept}`)
  alice.hold(block)
  assert.deepEqual(await net.run(bob.bitswap.getBlock(block.cid)), block.bytes)
  await net.close()
})
