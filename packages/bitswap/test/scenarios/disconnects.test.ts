import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

test('a provider that leaves in the middle takes nothing with it: the other seed sends the rest', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(500, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  carol.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived === 100) {
      net.disconnect(alice.node, bob.node)
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))
  assert.equal(got.length, 500)
  await net.close()
})

test('a sole provider that leaves and returns at once goes on where it was', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived === 50) {
      net.disconnect(alice.node, bob.node)
      net.clock.timer(30, () => { net.connect(alice.node, bob.node) })
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 5000 })
  assert.equal(got.length, 300)
  await net.close()
})

test('connections that were there before the start are used', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  await alice.bitswap.stop()
  await alice.bitswap.start()
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
  await net.close()
})

test('a peer that connects later is told what is wanted', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { connected: 'none' })
  const blocks = await randomBlocks(3)
  const got = collect(alice.bitswap.getBlocks(blocks.map(block => block.cid)))

  bob.hold(...blocks)
  await net.clock.advance(5000)
  net.connect(alice.node, bob.node)
  assert.equal((await net.clock.run(got, { limit: 1000 })).length, 3)
  await net.close()
})
