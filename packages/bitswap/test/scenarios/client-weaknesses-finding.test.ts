/**
 * Weaknesses that boxo's client has and ours has not: how blocks are found. Each
 * test says what ours does; the comment, what boxo does.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FactType, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

function network (): VirtualNetwork {
  return new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0, dialRoundTrips: 1 })
}

// boxo: the timer that leads to a search runs out once, a second after the session was made
test('a session that is used only after a minute searches as soon as any', async () => {
  const net = network()
  const routing = net.routing()
  const [alice] = await net.instances(2, { routing })
  const [carol] = await net.instances(1)
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()

  carol.hold(block)
  routing.add(block.cid, carol)
  await net.advance(60_000)
  const start = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(block.cid)), block.bytes)
  // a dial, what the connected peer says meanwhile, and the block
  assert.ok(net.clock.now() - start <= 6 * LATENCY, `${net.clock.now() - start}`)
  session.close()
  await net.close()
})

// boxo: a peer that routing found ranks as one of which nothing is known
test('a provider that was found is asked for the block at once, not after those of which nothing is known', async () => {
  const net = network()
  const routing = net.routing()
  const [alice] = await net.instances(1, { routing })
  const far = await net.instances(5, { connected: 'none' })
  const [carol] = await net.instances(1)
  const [block] = await randomBlocks(1)

  far.forEach(peer => { net.connect(alice, peer, { latency: 1000 }) })
  carol.hold(block)
  routing.add(block.cid, carol)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  assert.ok(net.clock.now() <= 6 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

// boxo: one search a minute for one want of a session at random, once nothing comes
test('blocks of one batch that are at as many providers are all found within seconds', async () => {
  const net = network()
  const routing = net.routing({ delay: 100 })
  const [alice] = await net.instances(1, { routing })
  const holders = await net.instances(20, { connected: 'none' })
  const blocks = await randomBlocks(20)

  blocks.forEach((block, i) => {
    holders[i]?.hold(block)
    routing.add(block.cid, holders[i] as never)
  })
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))), { limit: 10_000 })).length, 20)
  assert.ok(net.clock.now() <= 5000, `${net.clock.now()}`)
  await net.close()
})

// boxo: whoever is asked by broadcast is not to say DONT_HAVE, so nothing can follow from that all said no
test('when those that were asked first have all said no, the next are asked at once', async () => {
  const net = network()
  const [alice] = await net.instances(1, { client: { widenDelay: 10_000 } })
  const peers = await net.instances(60, { connected: 'none' })
  const [block] = await randomBlocks(1)

  peers.forEach(peer => { net.connect(alice, peer) })
  peers.at(-1)?.hold(block)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  // three steps, and the block
  assert.ok(net.clock.now() <= 8 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

// boxo: a peer that a broadcast left out is never asked for that block, be it in the session by then
test('a peer that was left out when all were asked is asked when it joins the session', async () => {
  const net = network()
  const [alice] = await net.instances(1, { client: { maxBroadcastPeers: 0 } })
  const [bob] = await net.instances(1, { connected: 'none' })
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()

  net.connect(alice, bob)
  bob.hold(block)
  const got = session.getBlock(block.cid)
  await net.advance(5000)
  assert.equal(net.trace.query({ from: alice, to: bob }).filter(({ what }) => what === FactType.WantHave || what === FactType.WantBlock).length, 0)
  await net.run(session.addPeer(bob.peer))
  assert.deepEqual(await net.run(got, { limit: 1000 }), block.bytes)
  session.close()
  await net.close()
})
