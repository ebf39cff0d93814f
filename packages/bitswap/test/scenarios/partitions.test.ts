import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

test('a partition that is over before silence counts costs its duration and nothing else', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, ...blocks] = await randomBlocks(101, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, ...blocks)
  await net.run(session.getBlock(first.cid))
  carol.hold(...blocks)
  const heal = net.faults.partition([alice], [bob])
  const got = collect(session.getBlocks(blocks.map(block => block.cid)))
  await net.advance(SILENCE - 100)
  heal()
  const healed = net.clock.now()
  assert.equal((await net.run(got)).length, 100)
  assert.ok(net.clock.now() - healed <= 6 * LATENCY, `${net.clock.now() - healed}`)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  assert.equal(carol.bitswap.stat().blocksSent, 0)
  session.close()
  await net.close()
})

test('in a long partition those on our side are asked; what only the other side has comes as soon as it heals', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, shared, rare, next] = await randomBlocks(4, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, shared, rare, next)
  carol.hold(shared)
  await net.run(session.getBlock(first.cid))
  const heal = net.faults.partition([alice, carol], [bob])
  const parted = net.clock.now()
  const gotRare = session.getBlock(rare.cid)
  assert.deepEqual(await net.run(session.getBlock(shared.cid)), shared.bytes)
  assert.ok(net.clock.now() - parted <= SILENCE + 10 * LATENCY, `${net.clock.now() - parted}`)

  await net.advance(60_000)
  heal()
  const healed = net.clock.now()
  assert.deepEqual(await net.run(gotRare), rare.bytes)
  assert.ok(net.clock.now() - healed <= 10 * LATENCY, `${net.clock.now() - healed}`)
  // whoever was silent and speaks is asked again
  await net.advance(1000)
  const asked = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(next.cid)), next.bytes)
  assert.equal(net.clock.now() - asked, 2 * LATENCY)
  session.close()
  await net.close()
})

test('what is first wanted within a partition is had once it heals, though no stream could be opened', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  const heal = net.faults.partition([alice], [bob])
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(120_000)
  heal()
  const healed = net.clock.now()
  assert.deepEqual(await net.run(got), block.bytes)
  // given up three times, it rests for 40 s at the most
  assert.ok(net.clock.now() - healed <= 40_000, `${net.clock.now() - healed}`)
  await net.close()
})

test('parts that hold different blocks make a whole when they come together', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const peers = await net.instances(6)
  const blocks = await randomBlocks(60, { size: 4096 })
  const heal = net.faults.partition(peers.slice(0, 3), peers.slice(3))

  peers.forEach((peer, i) => { peer.hold(...blocks.slice(i * 10, i * 10 + 10)) })
  const got = Promise.all(peers.map(async peer => collect(peer.bitswap.getBlocks(blocks.map(block => block.cid)))))
  await net.advance(30_000)
  // each has what its part holds
  assert.deepEqual(peers.map(({ store }) => store.count), peers.map(() => 30))
  heal()
  const healed = net.clock.now()
  await net.run(got)
  assert.ok(net.clock.now() - healed <= 10 * LATENCY, `${net.clock.now() - healed}`)
  assert.deepEqual(peers.map(({ store }) => store.count), peers.map(() => 60))
  await net.close()
})
