import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from './memory-store.ts'
import { randomBlocks } from './random-blocks.ts'
import { VirtualNetwork } from './virtual-network.ts'
import type { InstancesInit, VirtualNetworkInit } from './virtual-network.ts'

const blocks = await randomBlocks(3, { size: 5000 })
const [block] = blocks

test('instances are connected as asked, started, and named', async () => {
  const connections = async (connected: 'all' | 'line' | 'none'): Promise<number[]> => {
    const net = new VirtualNetwork()

    return (await net.instances(4, { connected })).map(({ node }) => node.peers().length)
  }

  assert.deepEqual(await connections('all'), [3, 3, 3, 3])
  assert.deepEqual(await connections('line'), [1, 2, 2, 1])
  assert.deepEqual(await connections('none'), [0, 0, 0, 0])

  const net = new VirtualNetwork()
  const [alice] = await net.instances(1, { name: 'alice' })
  const seeds = await net.instances(2, { name: 'seed' })
  assert.deepEqual([alice, ...seeds].map(instance => instance?.name), ['alice', 'seed 0', 'seed 1'])
  assert.equal(net.members.length, 3)
})

test('what is put is served, and bytes that all have are kept once', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [alice, bob] = await net.instances(2)
  const cid = await alice.put('hello')
  assert.equal(new TextDecoder().decode(await net.run(bob.bitswap.getBlock(cid))), 'hello')
  assert.equal(alice.store.peek(cid), bob.store.peek(cid))
  await net.close()
})

test('one that crashes says nothing any more, and comes back empty with the same id', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [alice, bob] = await net.instances(2)
  const { peer } = bob
  bob.hold(...blocks)
  await net.run(alice.bitswap.getBlock(block.cid))
  void bob.bitswap.getBlock((await randomBlocks(1, { seed: 9 }))[0].cid).then(() => { assert.fail('it is dead') })
  await net.advance(100)
  bob.crash()
  await net.advance(100)
  assert.deepEqual(alice.node.peers(), [])
  assert.deepEqual(alice.bitswap.wantlistForPeer(bob.peer), [])

  await bob.revive()
  net.connect(alice, bob)
  assert.equal(bob.peer, peer)
  assert.equal(bob.store.count, 0)
  assert.equal(bob.crashes, 1)
  assert.deepEqual(await net.run(bob.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
  await net.close()
})

test('what is alive cannot be revived, nobody is connected to itself, and ids are given once', async () => {
  const net = new VirtualNetwork()
  const [alice] = await net.instances(1, { name: 'alice' })
  await assert.rejects(alice.revive(), { message: 'alice has not crashed' })
  assert.throws(() => { net.connect(alice, alice) }, { message: 'alice cannot be connected to itself' })
  await assert.rejects(net.instances(1, { peer: alice.peer }), { name: 'RangeError' })
})

test('options and numbers that cannot be are refused', async () => {
  const net = new VirtualNetwork()

  for (const wrong of [{ clinet: {} }, { connected: 'ring' }, { uplink: -5 }, { downlink: NaN }]) {
    await assert.rejects(net.instances(1, wrong as InstancesInit), { name: 'InvalidOptionError' }, JSON.stringify(wrong))
  }

  for (const count of [2.5, -1, NaN]) {
    await assert.rejects(net.instances(count), { name: 'InvalidOptionError' })
  }

  for (const wrong of [{ latncy: 20 }, { seed: -1 }, { seed: 0.5 }, { seed: 0x1_0000_0000 }, { latency: '20' }]) {
    assert.throws(() => new VirtualNetwork(wrong as VirtualNetworkInit), { name: 'InvalidOptionError' }, JSON.stringify(wrong))
  }

  const [alice, bob] = await net.instances(2, { connected: 'none' })

  for (const wrong of [{ latency: -50 }, { latency: NaN }, { rate: 0 }, { jitter: -1 }]) {
    assert.throws(() => {
      net.connect(alice, bob, wrong)
      net.disconnect(alice, bob)
    }, { name: 'InvalidOptionError' }, JSON.stringify(wrong))
  }
})

test('a store that is brought along outlives a crash', async () => {
  const net = new VirtualNetwork()
  const store = new MemoryStore()
  const [alice] = await net.instances(1, { store })
  alice.hold(block)
  alice.crash()
  await alice.revive()
  assert.equal(alice.store, store)
  assert.equal(alice.store.count, 1)
})

test('a store can be slow, fail, break, and hold other bytes than it should', async () => {
  const net = new VirtualNetwork()
  const [{ store }] = await net.instances(1, { store: { delay: 25 } })
  store.hold(block.cid, block.bytes)
  await net.run(async () => { assert.equal(await store.has(block.cid), true) })
  assert.equal(net.clock.now(), 25)

  store.delay = 0
  store.failures.push(new Error('once'))
  assert.throws(() => store.has(block.cid), { message: 'once' })
  store.broken = new Error('broken')
  assert.throws(() => store.put(block.cid, block.bytes), { message: 'broken' })
  assert.throws(() => [...store.get(block.cid) as Iterable<Uint8Array>], { message: 'broken' })
  store.broken = undefined
  store.corrupt(block.cid)
  assert.notDeepEqual(store.peek(block.cid), block.bytes)
  store.clear()
  assert.equal(store.count, 0)
})

test('a network that is closed has nothing left', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [alice] = await net.instances(3)
  const raw = await net.rawPeer()
  net.connect(alice, raw)
  const failed = assert.rejects(alice.bitswap.getBlock(block.cid), { name: 'NotStartedError' })
  await net.advance(100)
  await net.close()
  await failed
  assert.equal(net.clock.pending, 0)
  assert.ok(net.isQuiet)
})
