/** Peers that answer and are of no use, or send what is of none: they cost what a question costs, and delay nobody. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playEmpty, playPusher, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

interface Setting {
  net: VirtualNetwork
  alice: Instance
  bob: Instance
  bad: RawPeer
}

async function setup (): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
  const [alice, bob] = await net.instances(2)
  const bad = await net.rawPeer()

  net.connect(alice, bad)

  return { net, alice, bob, bad }
}

test('a provider that lacks whatever it is asked for costs one round trip, and is asked after others from then on', async () => {
  const { net, alice, bob, bad } = await setup()
  const blocks = await randomBlocks(20, { size: 4096 })
  const session = alice.bitswap.newSession({ providers: [bad.peer] })
  const times: number[] = []

  playEmpty(bad)
  bob.hold(...blocks)
  await net.advance(1000)

  for (const { cid, bytes } of blocks) {
    const start = net.clock.now()
    assert.deepEqual(await net.run(session.getBlock(cid)), bytes)
    times.push(net.clock.now() - start)
  }

  // it, then who has the block, then the block
  assert.ok((times[0] as number) <= 6 * LATENCY, times.join())
  assert.deepEqual(times.slice(1), times.slice(1).map(() => 2 * LATENCY))
  assert.equal(bad.words.filter(word => word.startsWith('block')).length, 1)
  session.close()
  await net.close()
})

test('where all lack it, a call that fails fast takes the time of the questions and names them all', async () => {
  const { net, alice, bob, bad } = await setup()
  const [block] = await randomBlocks(1)

  playEmpty(bad)
  await assert.rejects(net.run(alice.bitswap.getBlock(block.cid, { failFast: true })), {
    name: 'BlockUnavailableError',
    peersAsked: 2,
    reasons: new Map([bob, bad].map(({ peer }) => [peer.toString(), 'dont-have']))
  })
  assert.equal(net.clock.now(), 2 * LATENCY)
  await net.close()
})

test('of one that sends all it has to whoever asks for anything the wanted is taken, and the rest dropped and counted', async () => {
  const { net, alice, bob, bad } = await setup()
  const blocks = await randomBlocks(30, { size: 4096 })
  const wanted = blocks.slice(0, 10)

  playPusher(bad, blocks)
  bob.hold(...blocks)
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(wanted.map(({ cid }) => cid))), { limit: 1000 })).length, 10)
  await net.advance(2000)
  const { blocksReceived, unwantedBlocksReceived, dupBlksReceived } = alice.bitswap.stat()
  assert.equal(alice.store.count, 10)
  assert.ok(unwantedBlocksReceived >= 20, `${unwantedBlocksReceived}`)
  assert.equal(blocksReceived, 10 + unwantedBlocksReceived + dupBlksReceived)
  assert.deepEqual(alice.bitswap.getWantlist(), [])
  await net.close()
})
