import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** Calls back when this many blocks have come. */
function whenArrived (instance: Instance, count: number, callback: () => void): void {
  let arrived = 0

  instance.bitswap.addEventListener('block:received', () => {
    if (++arrived === count) {
      callback()
    }
  })
}

test('a provider that leaves in the middle takes nothing with it: the other seed sends the rest', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(500, { size: 4096 })
  let left = 0

  bob.hold(...blocks)
  carol.hold(...blocks)
  whenArrived(alice, 100, () => {
    left = net.clock.now()
    net.disconnect(alice.node, bob.node)
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))
  assert.equal(got.length, 500)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  assert.ok(carol.bitswap.stat().blocksSent >= 400, `${carol.bitswap.stat().blocksSent}`)
  // a few windows that grow: nobody waited for whoever had left
  assert.ok(net.clock.now() - left <= 10 * LATENCY, `${net.clock.now() - left}`)
  await net.close()
})

test('a sole provider that leaves and returns at once goes on where it was', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let back = 0

  bob.hold(...blocks)
  whenArrived(alice, 50, () => {
    net.disconnect(alice.node, bob.node)
    net.clock.timer(30, () => {
      back = net.clock.now()
      net.connect(alice.node, bob.node)
    })
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 5000 })
  assert.equal(got.length, 300)
  // two streams to open, and a few windows
  assert.ok(net.clock.now() - back <= 16 * LATENCY, `${net.clock.now() - back}`)
  await net.close()
})

test('peers that are back before anybody has noticed tell each other anew what they want, at once and once', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, block] = await randomBlocks(2)
  const got = alice.bitswap.getBlock(block.cid)

  bob.hold(first)
  await net.run(alice.bitswap.getBlock(first.cid))
  await net.advance(1000)
  net.disconnect(alice, bob)
  net.connect(alice, bob)
  await net.advance(2 * LATENCY) // a stream is opened; the want is told in the same round trip as that is known
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.advance(LATENCY)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer).map(({ cid }) => cid.toString()), [block.cid.toString()])
  await net.advance(1000)
  const added = net.clock.now()
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.run(got), block.bytes)
  assert.equal(net.clock.now() - added, 3 * LATENCY) // a stream for blocks, and the block
  assert.equal(net.trace.query({ from: alice, to: bob, cid: block.cid }).filter(({ what }) => what.startsWith('want')).length, 2)
  await net.close()
})

test('a connection that comes and goes every 90 ms loses no want and leaves nothing behind', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(50, { size: 100_000 })
  const got = collect(alice.bitswap.getBlocks(blocks.map(block => block.cid)))

  bob.hold(...blocks)

  for (let i = 0; i < 100; i++) {
    await net.advance(90)
    net.disconnect(alice, bob)
    await net.advance(5)
    net.connect(alice, bob)
  }

  assert.equal((await net.run(got, { limit: 1000 })).length, 50)
  assert.equal(alice.store.count, 50)
  assert.equal(bob.bitswap.stat().peers.length, 1)
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
