import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

test('a store that fails rejects the caller with its error, and the next call may succeed', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  const got = alice.bitswap.getBlock(block.cid)
  alice.store.failures.push(new Error('disk full'))
  await assert.rejects(net.clock.run(got), /disk full/)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  await net.close()
})

test('a slow store holds up neither the wants nor the cancels', async () => {
  const net = new VirtualNetwork({ latency: 1 })
  const [bob, carol] = await net.instances(2, { connected: 'none' })
  const [alice] = await net.instances(1, { store: new MemoryStore({ delay: 1000, clock: net.clock }), client: { maxStoringBytes: 20_000 } })
  const blocks = await randomBlocks(30, { size: 4096 })

  bob.hold(...blocks)
  net.connect(alice.node, bob.node)
  net.connect(alice.node, carol.node)
  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 60_000 })
  await net.clock.advance(5000)

  assert.equal(got.length, 30)
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  // every 5 blocks at the most were stored at one time
  assert.ok(net.clock.now() >= 6000, `${net.clock.now()}`)
  await net.close()
})
