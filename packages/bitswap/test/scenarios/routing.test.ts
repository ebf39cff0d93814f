import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromSeed, randomBlocks, RoutingFault, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, VirtualRouting } from 'ts-bitswap/testing'
import type { Block, BitswapRouting } from 'ts-bitswap'

const LATENCY = 20

/** How long one provider search may take, by default. */
const SEARCH = 10_000

/** After which time all are asked again, by default. */
const REFRESH = 30_000

interface Setting {
  net: VirtualNetwork
  routing: VirtualRouting
  alice: Instance
  /** Connected with Alice. */
  bob: Instance
  /** Connected with nobody; has what Bob lacks. */
  carol: Instance
  /** Bob has the first, Carol the second, nobody the third. */
  blocks: [Block, Block, Block]
}

async function setup (fault?: RoutingFault): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing()
  const [alice, bob] = await net.instances(2, { routing })
  const [carol] = await net.instances(1)
  const blocks = await randomBlocks(3, { size: 4096 }) as [Block, Block, Block]

  bob.hold(blocks[0])
  carol.hold(blocks[1])
  routing.add(blocks[0].cid, bob)
  routing.add(blocks[1].cid, carol)
  routing.fault = fault

  return { net, routing, alice, bob, carol, blocks }
}

/** Milliseconds until a block is there. */
async function timeOf (net: VirtualNetwork, instance: Instance, block: Block): Promise<number> {
  const start = net.clock.now()

  assert.deepEqual(await net.run(instance.bitswap.getBlock(block.cid)), block.bytes)

  return net.clock.now() - start
}

test('a provider that routing names is dialled and asked, and one that cannot be reached is passed over', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [bob, stranger] = await net.instances(2, { connected: 'none' })
  const [block] = await randomBlocks(1)
  let asked = 0
  const routing: BitswapRouting = {
    async * findProviders () {
      asked++
      yield { id: stranger.peer, multiaddrs: [] }
      yield { id: bob.peer, multiaddrs: [] }
    }
  }
  const [alice] = await net.instances(1, { routing })

  await stranger.bitswap.stop()
  bob.hold(block)
  const found: string[] = []
  const bytes = await net.clock.run(alice.bitswap.getBlock(block.cid, { onProgress: event => { found.push(event.type) } }), { limit: 1000 })

  assert.deepEqual(bytes, block.bytes)
  assert.equal(asked, 1)
  assert.deepEqual(found, [
    'bitswap:want',
    'bitswap:find-providers',
    'bitswap:answered', // the stranger could not be reached
    'bitswap:found-provider',
    'bitswap:want-block',
    'bitswap:block',
    'bitswap:unwant'
  ])
  await net.close()
})

for (const fault of [undefined, ...Object.values(RoutingFault)]) {
  test(`a block that a connected peer has comes as fast as without a router, be that ${fault ?? 'slow'}`, async () => {
    const { net, routing, alice, blocks: [block] } = await setup(fault)

    routing.delay = 3000
    routing.interval = 100
    assert.equal(await timeOf(net, alice, block), 6 * LATENCY) // a stream there, a stream back
    await net.close()
    assert.equal(routing.calls.running, 0)
  })
}

test('a slow router delays what only it can find by its own time, and a dial', async () => {
  const { net, routing, alice, blocks: [, block] } = await setup()

  routing.delay = 3000
  assert.equal(await timeOf(net, alice, block), 3000 + 2 * LATENCY + 6 * LATENCY)
  await net.close()
})

test('two sessions that want the same block are one search', async () => {
  const { net, routing, alice, blocks: [, block] } = await setup()

  routing.delay = 500
  const got = Promise.all([1, 2].map(async () => alice.bitswap.newSession().getBlock(block.cid)))
  assert.deepEqual(await net.run(got), [block.bytes, block.bytes])
  assert.equal(routing.calls.begun, 1)
  await net.close()
})

test('a provider is asked as soon as it is found, while others are still to answer', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing({ delay: 100 })
  const [alice] = await net.instances(1, { routing })
  const [bob, ...slow] = await net.instances(4, { connected: 'none' })
  const [block] = await randomBlocks(1, { size: 4096 })

  slow.forEach(peer => { net.connect(alice, peer, { latency: 2000 }) })
  bob.hold(block)
  routing.add(block.cid, bob)
  assert.equal(await timeOf(net, alice, block), 100 + 2 * LATENCY + 6 * LATENCY)
  await net.close()
})

test('who cannot be dialled is waited for once, and not for every block', async () => {
  const { net, routing, alice, bob, carol } = await setup()
  const [lost] = await net.instances(1)
  const blocks = await randomBlocks(3, { seed: 2 })
  const times: number[] = []

  net.faults.partition([lost], [alice, bob, carol]) // a dial there waits
  blocks.forEach(({ cid }) => { routing.add(cid, lost) })

  for (const { cid } of blocks) {
    const start = net.clock.now()

    await assert.rejects(net.run(alice.bitswap.getBlock(cid, { failFast: true })), { name: 'BlockUnavailableError' })
    times.push(net.clock.now() - start)
  }

  assert.deepEqual(times, [SEARCH, 2 * LATENCY, 2 * LATENCY])
  await net.close()
})

test('a router that is too slow is left behind, and asked again when it is time to', async () => {
  const { net, routing, alice, blocks: [, block] } = await setup()

  routing.delay = SEARCH + 1
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(SEARCH + 1000)
  assert.deepEqual({ ...routing.calls }, { begun: 1, running: 0 })
  routing.delay = 0
  assert.deepEqual(await net.run(got), block.bytes)
  assert.equal(routing.calls.begun, 2)
  assert.ok(net.clock.now() <= SEARCH + REFRESH + 12 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

for (const fault of [RoutingFault.Dead, RoutingFault.Endless]) {
  test(`a router that is ${fault} keeps nobody from failing fast: after the time of a search`, async () => {
    const { net, routing, alice, blocks: [, , missing] } = await setup(fault)

    routing.interval = 1500
    await assert.rejects(net.run(alice.bitswap.getBlock(missing.cid, { failFast: true })), { name: 'BlockUnavailableError', peersAsked: 1 })
    assert.equal(net.clock.now(), SEARCH)
    assert.equal(routing.calls.running, 0)
    await net.close()
  })
}

test('a router that hangs and ignores its signal keeps nobody from failing fast', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing: BitswapRouting = {
    findProviders: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => new Promise(() => {}) }) })
  }
  const [alice] = await net.instances(1, { routing })
  const [block] = await randomBlocks(1)

  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid, { failFast: true }), { limit: 11_000 }), { name: 'BlockUnavailableError' })
  assert.equal(net.clock.now(), SEARCH)
  await net.close()
})

test('dead routers hold up no more than their places: what is found otherwise goes on', async () => {
  const { net, routing, alice, bob, blocks: [block] } = await setup(RoutingFault.Dead)
  const missing = await randomBlocks(20, { seed: 2 })
  const sessions = missing.map(() => alice.bitswap.newSession())
  const calls = Promise.allSettled(sessions.map(async (session, i) => session.getBlock((missing[i] as Block).cid)))

  await net.advance(1000)
  assert.deepEqual({ ...routing.calls }, { begun: 8, running: 8 })
  assert.equal(await timeOf(net, alice, block), 4 * LATENCY)
  sessions.forEach(session => { session.close() })
  await calls
  await net.advance(1)
  assert.equal(routing.calls.running, 0)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer).length, 20)
  await net.close()
})

test('a router that fails, or names whoever asks, is as good as one that knows nobody', async () => {
  for (const fault of [RoutingFault.Failing, RoutingFault.Self]) {
    const { net, routing, alice, blocks: [, block] } = await setup(fault)

    await assert.rejects(net.run(alice.bitswap.getBlock(block.cid, { failFast: true })), { name: 'BlockUnavailableError', peersAsked: 1 })
    assert.ok(net.clock.now() <= 6 * LATENCY, `${net.clock.now()}`)

    // it is asked again with the others, after a while
    const got = alice.bitswap.getBlock(block.cid)
    await net.advance(1000)
    routing.fault = undefined
    assert.deepEqual(await net.run(got, { limit: REFRESH + 1000 }), block.bytes)
    await net.close()
  }
})

test('providers that are ourselves take nobody\'s place', async () => {
  const { net, carol, blocks: [, block] } = await setup()
  const self = peerIdFromSeed(12_345)
  const routing: BitswapRouting = {
    async * findProviders () {
      yield { id: self, multiaddrs: [] }
      yield { id: carol.peer, multiaddrs: [] }
    }
  }
  const [alice] = await net.instances(1, { routing, peer: self, client: { maxProviders: 1 } })

  assert.ok(await timeOf(net, alice, block) <= 8 * LATENCY)
  await net.close()
})

test('a router that names the wrong peers costs a question to each, and the block is waited for', async () => {
  const { net, routing, alice, carol, blocks: [, block] } = await setup(RoutingFault.Wrong)
  const [dave] = await net.instances(1)
  const [other] = await randomBlocks(1, { seed: 2 })

  routing.add(other.cid, dave)
  await assert.rejects(net.run(alice.bitswap.getBlock(block.cid, { failFast: true })), { name: 'BlockUnavailableError', peersAsked: 2 })
  // Bob first, who is there, then Dave
  assert.equal(net.clock.now(), 2 * 6 * LATENCY)
  assert.equal(dave.bitswap.stat().blocksSent, 0)
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(1000)
  net.connect(alice, carol)
  assert.deepEqual(await net.run(got, { limit: 20 * LATENCY }), block.bytes)
  await net.close()
})

test('providers that nobody can reach are passed over, however long their dials take', async () => {
  const { net, routing, alice, bob, carol, blocks: [, block] } = await setup(RoutingFault.Unreachable)
  const [lost] = await net.instances(1)

  routing.forget(block.cid)
  routing.add(block.cid, lost, carol)
  const heal = net.faults.partition([lost], [alice, bob, carol]) // a dial there waits
  // Bob first, who is there, then Carol
  assert.equal(await timeOf(net, alice, block), 2 * 6 * LATENCY)
  heal()
  await net.close()
})

test('of a router that names no end of peers no more are dialled than a search takes', async () => {
  const { net, routing, carol, blocks: [, , missing] } = await setup(RoutingFault.Endless)
  let named = 0
  const counting: BitswapRouting = {
    async * findProviders (cid, options) {
      for await (const provider of routing.of(carol).findProviders(cid, options)) {
        named++
        yield provider
      }
    }
  }
  const [alice] = await net.instances(1, { routing: counting })

  routing.interval = 10
  await assert.rejects(net.run(alice.bitswap.getBlock(missing.cid, { failFast: true })), { name: 'BlockUnavailableError', peersAsked: 0 })
  assert.equal(named, 10)
  assert.ok(net.clock.now() <= 100, `${net.clock.now()}`)
  assert.equal(routing.calls.running, 0)
  await net.close()
})
