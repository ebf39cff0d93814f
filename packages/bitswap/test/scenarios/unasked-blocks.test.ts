/** Peers that send what nobody asked them for: honest ones by chance, others to do harm. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { frameOf, playPusher, randomBlocks, randomCid, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20
const CLIENT = { maxUnaskedBlocks: 100, maxUnaskedBytes: 1_000_000, unaskedRecovery: 60_000 }

interface Setting {
  net: VirtualNetwork
  alice: Instance
  bad: RawPeer
}

async function setup (client: Partial<typeof CLIENT> = {}): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { ...CLIENT, ...client } })
  const bad = await net.rawPeer()

  net.connect(bad, alice)

  return { net, alice, bad }
}

const cidsOf = (blocks: Block[]): Array<Block['cid']> => blocks.map(({ cid }) => cid)

test('a flood of blocks nobody asked for is cut off, and what an honest peer sends beside it comes', async () => {
  const { net, alice, bad } = await setup()
  const [bob] = await net.instances(1, { uplink: 100_000 })
  const [blocks, junk] = [await randomBlocks(50, { size: 4096 }), await randomBlocks(200, { seed: 2 })]

  bob.hold(...blocks)
  playPusher(bad, junk)
  net.connect(alice, bob)
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(cidsOf(blocks))))).length, 50)
  assert.equal(net.isConnected(alice, bad), false)
  assert.equal(net.isConnected(alice, bob), true)
  assert.equal(alice.bitswap.stat().peersCutOff, 1)
  assert.equal(alice.store.count, 50)
  await net.close()
})

test('the budget is kept to the block: one more ends the connection, and coming back does not help', async () => {
  const { net, alice, bad } = await setup()
  const junk = await randomBlocks(101)

  await net.run(bad.send(alice, { blocks: junk.slice(0, 100) }))
  await net.advance(LATENCY)
  assert.equal(net.isConnected(alice, bad), true)
  await net.run(bad.send(alice, { blocks: junk.slice(100) }))
  await net.advance(LATENCY)
  assert.equal(net.isConnected(alice, bad), false)

  net.connect(alice, bad)
  await net.run(bad.send(alice, { blocks: junk.slice(0, 2) }))
  await net.advance(LATENCY)
  assert.equal(net.isConnected(alice, bad), false)
  assert.equal(alice.bitswap.stat().peersCutOff, 2)

  await net.advance(CLIENT.unaskedRecovery)
  net.connect(alice, bad)
  await net.run(bad.send(alice, { blocks: junk.slice(0, 100) }))
  await net.advance(LATENCY)
  assert.equal(net.isConnected(alice, bad), true, 'all is forgiven')
  await net.close()
})

test('few large blocks are too many as well', async () => {
  const { net, alice, bad } = await setup()

  await net.run(bad.send(alice, { blocks: await randomBlocks(2, { size: 600_000 }) }))
  await net.advance(1000)
  assert.equal(net.isConnected(alice, bad), false)
  await net.close()
})

test('a block that was wanted once is not welcome again and again', async () => {
  const { net, alice, bad } = await setup()
  const [block] = await randomBlocks(1)

  playPusher(bad, [block])
  await net.run(alice.bitswap.getBlock(block.cid))

  for (let i = 0; i < 101; i++) {
    await net.run(bad.send(alice, { blocks: [block] }))
  }

  await net.advance(1000)
  assert.equal(net.isConnected(alice, bad), false)
  assert.equal(alice.bitswap.stat().unwantedBlocksReceived, 101)
  await net.close()
})

test('blocks that cannot be verified count as well', async () => {
  const { net, alice, bad } = await setup()
  const frame = frameOf({ blocks: await randomBlocks(1) })
  const wanted = assert.rejects(alice.bitswap.getBlock(randomCid(net.random)), { name: 'NotStartedError' })

  // while nothing is wanted they would not be looked at; what it is asked for it may send by a hash we do not know
  await net.advance(LATENCY)
  const prefix = frame.findIndex((byte, i) => byte === 0x01 && frame[i + 1] === 0x55 && frame[i + 2] === 0x12)

  assert.ok(prefix > 0)
  frame[prefix + 2] = 0x1e // a hash function we do not know
  frame[prefix + 3] = 0x20

  for (let i = 0; i < 102; i++) {
    await net.run(bad.send(alice, frame))
  }

  await net.advance(1000)
  assert.equal(alice.bitswap.stat().malformedReceived, 102)
  assert.equal(net.isConnected(alice, bad), false)
  await net.close()
  await wanted
})

test('while nothing is wanted, what comes from one that was asked for nothing is not hashed, and charged', async () => {
  const { net, alice, bad } = await setup()
  const [block, other] = await randomBlocks(2)
  const unknown = other.cid.bytes.slice()

  unknown[2] = 0x7b // a hash function nobody has: whoever tries it fails
  await net.run(bad.send(alice, { blocks: [block, { cid: CID.decode(unknown), bytes: other.bytes }] }))
  await net.advance(LATENCY)
  const { unhashedBlocksReceived, unwantedBlocksReceived, malformedReceived, dataReceived } = alice.bitswap.stat()
  assert.deepEqual([unhashedBlocksReceived, unwantedBlocksReceived, malformedReceived, dataReceived], [2, 2, 0, 2048])
  await net.run(bad.send(alice, { blocks: await randomBlocks(99, { seed: 2 }) }))
  await net.advance(LATENCY)
  assert.equal(net.isConnected(alice, bad), false)
  await net.close()
})

test('once its budget is spent, nothing of the rest of its message is hashed, asked as it was', async () => {
  const { net, alice, bad } = await setup()
  const wanted = assert.rejects(alice.bitswap.getBlock(randomCid(net.random)), { name: 'NotStartedError' })

  await net.advance(LATENCY)
  await net.run(bad.send(alice, { blocks: await randomBlocks(500) }))
  await net.advance(LATENCY)
  const { unhashedBlocksReceived, unwantedBlocksReceived, peersCutOff } = alice.bitswap.stat()
  assert.deepEqual([unhashedBlocksReceived, unwantedBlocksReceived, peersCutOff], [399, 500, 1])
  await net.close()
  await wanted
})

test('an honest slow peer whose blocks cross with cancels is never cut off', async () => {
  const { net, alice } = await setup({ maxUnaskedBlocks: 1, maxUnaskedBytes: 1 })
  const [bob] = await net.instances(1, { uplink: 50_000 })
  const blocks = await randomBlocks(200, { size: 4096 })

  bob.hold(...blocks)
  net.connect(alice, bob)

  for (let round = 0; round < 20; round++) {
    const session = alice.bitswap.newSession()
    const got = assert.rejects(collect(session.getBlocks(cidsOf(blocks.slice(round * 10, round * 10 + 10)))), { name: 'SessionClosedError' })

    await net.advance(3 * LATENCY + 100)
    session.close()
    await got
  }

  await net.advance(10_000)
  assert.ok(alice.bitswap.stat().unwantedBlocksReceived > 20, `${alice.bitswap.stat().unwantedBlocksReceived} crossed`)
  assert.equal(alice.bitswap.stat().peersCutOff, 0)
  assert.equal(net.isConnected(alice, bob), true)
  await net.close()
})

test('a straggler whose blocks come when others have sent them long ago is not cut off', async () => {
  const { net, alice, bad } = await setup({ maxUnaskedBlocks: 1, maxUnaskedBytes: 1 })
  const [carol] = await net.instances(1)
  const blocks = await randomBlocks(600, { size: 32 })

  // it is asked, and sends what it has when the others are through
  const first = blocks.slice(0, 50)
  const got = net.run(collect(alice.bitswap.getBlocks(cidsOf(first))))

  carol.hold(...blocks)
  net.connect(alice, carol)
  await got
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(cidsOf(blocks.slice(50)))))).length, 550)
  assert.ok(bad.words.length > 50)
  await net.run(bad.send(alice, { blocks: first }))
  await net.advance(1000)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 50)
  assert.equal(alice.bitswap.stat().peersCutOff, 0)
  assert.equal(net.isConnected(alice, bad), true)
  await net.close()
})
