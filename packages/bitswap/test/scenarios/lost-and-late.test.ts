/**
 * Scenarios of what is there and then is not, and of connections that bring what
 * they carry at odd times, or more than we can take.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, uniform, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** All of these, and nothing that came twice. */
async function fetchOnce (alice: Instance, blocks: readonly Block[]): Promise<void> {
  assert.equal((await collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid)))).length, blocks.length)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
}

test('a peer that said HAVE and has lost the block when it is asked delays it by a round trip', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
  const [alice, bob, carol] = await net.instances(3, { connected: 'none' })
  const [block] = await randomBlocks(1, { size: 4096 })

  net.connect(alice, bob, { latency: LATENCY / 2 })
  net.connect(alice, carol)
  bob.hold(block)
  carol.hold(block)
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(LATENCY) // Bob has said HAVE
  bob.store.delete(block.cid)
  assert.deepEqual(await net.run(got), block.bytes)
  assert.deepEqual([bob, carol].map(({ bitswap }) => bitswap.stat().blocksSent), [0, 1])
  assert.ok(net.clock.now() <= 2 * 2 * LATENCY + LATENCY, `${net.clock.now()}`)
  await net.close()
})

test('what a seed loses in the middle comes from the other, and nothing of it is waited for', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0, uplink: 1_000_000 })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(200, { size: 10_000 })

  bob.hold(...blocks)
  carol.hold(...blocks)
  const got = fetchOnce(alice, blocks)
  await net.advance(500)
  bob.store.clear()
  const [sent, kept] = [bob.bitswap.stat().blocksSent, carol.bitswap.stat().blocksSent]
  await net.run(got)
  assert.ok(sent > 0 && kept > 0 && carol.bitswap.stat().blocksSent > 100, `${sent} ${kept}`)
  // 2 MB, of which Carol sends what is left at 1 MB/s
  assert.ok(net.clock.now() <= 2000, `${net.clock.now()}`)
  await net.close()
})

test('connections that are late by as much as they take bring all of it, once', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, jitter: uniform(0, 100) })
  const [alice, ...seeds] = await net.instances(5)
  const blocks = await randomBlocks(200, { size: 4096 })

  seeds.forEach(seed => { seed.hold(...blocks) })
  await net.run(fetchOnce(alice, blocks))
  assert.ok(net.clock.now() <= 20 * (LATENCY + 100), `${net.clock.now()}`)
  assert.ok(seeds.every(({ bitswap }) => bitswap.stat().blocksSent > 0))
  await net.close()
})

test('of seeds that send more than we can take none is taken for silent, and nothing is asked for twice', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { downlink: 100_000 })
  const seeds = await net.instances(4, { connected: 'none' })
  const blocks = await randomBlocks(150, { size: 10_000 })

  seeds.forEach(seed => {
    net.connect(alice, seed)
    seed.hold(...blocks)
  })
  await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))
  const time = net.clock.now()
  await net.advance(3000)
  assert.ok(alice.bitswap.stat().dupBlksReceived <= 3, `${alice.bitswap.stat().dupBlksReceived}`)
  // a million and a half bytes at a hundred thousand a second
  assert.ok(time >= 15_000 && time <= 16_500, `${time}`)
  await net.close()
})

test('who is identified late is asked as soon as it is, and what it says before counts', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
  const [alice, bob, carol] = await net.instances(3, { connected: 'none' })
  const [first, second] = await randomBlocks(2, { size: 4096 })

  bob.hold(first)
  net.connect(alice, bob, { identifyDelay: 1000 })
  assert.deepEqual(await net.run(alice.bitswap.getBlock(first.cid)), first.bytes)
  assert.ok(net.clock.now() >= 1000 && net.clock.now() <= 1000 + 4 * LATENCY, `${net.clock.now()}`)

  // Carol knows Alice at once, and tells her what she wants
  const start = net.clock.now()
  net.connect(alice, carol, { identifyDelay: 1000 })
  carol.hold(second)
  const wanted = carol.bitswap.getBlock(first.cid)
  const got = alice.bitswap.getBlock(second.cid)
  assert.deepEqual(await net.run(Promise.all([wanted, got])), [first.bytes, second.bytes])
  assert.ok(net.clock.now() - start <= 1000 + 4 * LATENCY, `${net.clock.now() - start}`)
  await net.close()
})
