import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks } from '../random-blocks.ts'
import { VirtualNetwork } from '../virtual-network.ts'

test('whoever is connected is not dialled: a partition holds up what is said, and no longer than it lasts', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  await net.advance(100)
  const heal = net.faults.partition([alice], [bob])
  const got = alice.bitswap.getBlock(block.cid, { providers: [bob.peer], onlyProviders: true })

  // longer than a dial may take
  await net.advance(15_000)
  heal()
  assert.deepEqual(await net.run(got, { limit: 5000 }), block.bytes)
  await net.close()
})

test('that a peer has stopped is not known before the news gets through', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  await net.advance(100)
  const heal = net.faults.partition([alice], [bob])
  await net.run(bob.bitswap.stop())
  const got = alice.bitswap.getBlock(block.cid, { providers: [bob.peer], onlyProviders: true })

  await net.advance(1000)
  await net.run(bob.bitswap.start())
  heal()
  assert.deepEqual(await net.run(got, { limit: 10_000 }), block.bytes)
  await net.close()
})
