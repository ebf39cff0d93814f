/** Whole instances that announce what they have, and are found by it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { ProvideFault, VirtualNetwork } from 'ts-bitswap/testing'

test('what is added is announced, found by one who is not connected, fetched, and announced there too', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const routing = net.routing({ provideDelay: 100 })
  const [alice, bob] = await net.instances(2, { routing, providing: { strategy: 'all' } })
  assert.ok(alice != null && bob != null)
  const cid = await alice.put('something')
  await net.advance(200)
  await net.run(bob.bitswap.getBlock(cid))
  await net.advance(200)
  assert.deepEqual(routing.provided.map(({ by }) => by.toString()), [alice.peer.toString(), bob.peer.toString()])
  assert.equal(alice.bitswap.stat().providing.provided, 1)
  await net.close()
})

test('a block that was there already is announced when it is told of', async () => {
  const net = new VirtualNetwork()
  const routing = net.routing()
  const [alice] = await net.instances(1, { routing, providing: { strategy: 'all' } })
  assert.ok(alice != null)
  const cid = await alice.put('something')
  await net.advance(1)
  alice.bitswap.notifyNewBlocks([cid])
  await net.advance(1)
  assert.equal(routing.provided.length, 2)
  await net.close()
})

test('with roots only what provide is called for is announced; with none nothing is, and provide does no harm', async () => {
  for (const [strategy, times] of [['roots', 1], ['none', 0]] as const) {
    const net = new VirtualNetwork()
    const routing = net.routing()
    const [alice] = await net.instances(1, { routing, providing: { strategy } })
    assert.ok(alice != null)
    const cid = await alice.put('root')
    await alice.put('leaf')
    await net.run(alice.bitswap.provide([cid]))
    await net.advance(1_000)
    assert.deepEqual(routing.provided.map(provided => provided.cid.toString()), Array.from({ length: times }, () => cid.toString()), strategy)
    await net.close()
  }
})

test('a router that does not answer holds up neither the stop nor those who fetch', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const routing = net.routing()
  const [alice, bob] = await net.instances(2, { routing, providing: { strategy: 'all' } })
  assert.ok(alice != null && bob != null)
  net.connect(alice, bob)
  routing.provideFault = ProvideFault.Dead
  const cids: CID[] = []

  for (let i = 0; i < 50; i++) {
    cids.push(await alice.put(`block ${i}`))
  }

  for (const cid of cids) {
    await net.run(bob.bitswap.getBlock(cid))
  }

  assert.equal(bob.bitswap.stat().providing.inFlight, 16)
  const before = net.clock.now()
  await net.run(Promise.all([alice.bitswap.stop(), bob.bitswap.stop()]))
  assert.ok(net.clock.now() - before <= 1_000, 'as long as their streams take to close')
  assert.equal(bob.bitswap.stat().providing.inFlight, 0)
  await net.close()
})

test('one that crashes forgets what it had no store for, and announces what it is told to again', async () => {
  const net = new VirtualNetwork()
  const routing = net.routing({ provideDelay: 100 })
  const [alice] = await net.instances(1, { routing, providing: { strategy: 'roots' } })
  assert.ok(alice != null)
  const cid = await alice.put('root')
  await net.run(alice.bitswap.provide([cid]))
  await net.advance(10)
  alice.crash()
  await net.advance(1_000)
  await alice.revive()
  await net.advance(1_000)
  assert.deepEqual([alice.bitswap.stat().providing.queued, alice.bitswap.stat().providing.provided], [0, 0])
  await net.run(alice.bitswap.provide([cid]))
  await net.advance(1_000)
  assert.equal(alice.bitswap.stat().providing.provided, 1)
  await net.close()
})

test('an event tells of each that routing took, and of no other, and whether it is a root', async () => {
  const net = new VirtualNetwork()
  const routing = net.routing()
  const [alice] = await net.instances(1, { routing, providing: { strategy: 'all' } })
  const told: Array<[CID, boolean]> = []
  assert.ok(alice != null)
  alice.bitswap.addEventListener('block:provided', ({ detail }) => { told.push([detail.cid, detail.root]) })
  const block = await alice.put('a block')
  await net.advance(1)
  const root = await alice.put('a root')
  await alice.bitswap.provide([root])
  await net.advance(1)
  routing.provideFault = ProvideFault.Failing
  await alice.put('another')
  await net.advance(1)
  assert.deepEqual(told, [[block, false], [root, true]])
  await net.close()
})
