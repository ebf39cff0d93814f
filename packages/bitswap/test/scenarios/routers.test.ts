import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import { combineRouters } from 'ts-bitswap'
import type { BitswapRouting, Block, BlockUnavailableError, NamedProvider, Router } from 'ts-bitswap'
import { peerIdFromSeed, randomBlocks, RoutingFault, sleep, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, VirtualRouting } from 'ts-bitswap/testing'

const LATENCY = 20

/** How long one provider search may take, by default. */
const SEARCH = 10_000

const logger = { forComponent: () => Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => { throw new Error('not used') } }) }

interface Setting {
  net: VirtualNetwork
  alice: Instance
  /** Connected with nobody; has the blocks, and `right` says so. */
  carol: Instance
  right: VirtualRouting
  blocks: Block[]
}

/** Alice asks the right router, slow as it is, and whatever others there are. */
async function setup (delay: number, others: (net: VirtualNetwork, alice: () => Instance) => Router[], count: number = 1): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const right = net.routing({ delay })
  const asker = (): Instance => alice
  const routers = [...others(net, asker), named('right', right, asker)]
  const [alice]: Instance[] = await net.instances(1, { routing: combineRouters(routers, {}, { logger, clock: net.clock }) }) as [Instance]
  const [carol] = await net.instances(1, { connected: 'none' })
  const blocks = await randomBlocks(count, { size: 4096 })

  carol.hold(...blocks)
  blocks.forEach(({ cid }) => { right.add(cid, carol) })

  return { net, alice, carol, right, blocks }
}

function named (name: string, routing: VirtualRouting, alice: () => Instance): Router {
  return { name, findProviders: (cid, options) => routing.of(alice()).findProviders(cid, options) }
}

function faulty (fault: RoutingFault): (net: VirtualNetwork, alice: () => Instance) => Router[] {
  return (net, alice) => {
    const routing = net.routing()

    routing.fault = fault

    return [named(fault, routing, alice)]
  }
}

async function timeOf ({ net, alice }: Setting, block: Block): Promise<number> {
  const start = net.clock.now()

  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)

  return net.clock.now() - start
}

/** Milliseconds that a fetch takes with the right router alone, and with others beside it. */
async function times (delay: number, others: (net: VirtualNetwork, alice: () => Instance) => Router[]): Promise<[number, number]> {
  const [without, beside] = await Promise.all([setup(delay, () => []), setup(delay, others)])
  const both: [number, number] = [await timeOf(without, without.blocks[0] as Block), await timeOf(beside, beside.blocks[0] as Block)]

  await without.net.close()
  await beside.net.close()

  return both
}

for (const fault of Object.values(RoutingFault)) {
  test(`a router that is ${fault} delays nothing that another finds, fast or slow`, async () => {
    for (const delay of [0, 100, 3_000]) {
      const [without, beside] = await times(delay, faulty(fault))

      assert.ok(beside - without < 50, `${delay} ms: ${beside} instead of ${without}`)
    }
  })
}

test('a router that names thousands at once, whom no dial reaches, does not take the places of those another finds seconds later', async () => {
  const thousands: Router = {
    name: 'thousands',
    async * findProviders () {
      for (let i = 0; i < 5_000; i++) {
        yield { id: peerIdFromSeed(7, i), multiaddrs: [multiaddr(`/ip4/10.0.0.1/tcp/${i + 1}`)] }
      }
    }
  }

  for (const delay of [100, 5_000]) {
    const [without, beside] = await times(delay, () => [thousands])

    assert.ok(beside - without < 50, `${delay} ms: ${beside} instead of ${without}`)
  }
})

test('a router that names garbage, ourselves, and providers one a second delays nothing', async () => {
  const odd = (net: VirtualNetwork, alice: () => Instance): Router[] => [{
    name: 'garbage',
    async * findProviders () {
      yield * [null, {}, { id: 'text', multiaddrs: 3 }] as unknown as NamedProvider[]
    }
  }, {
    name: 'trickle',
    async * findProviders () {
      for (let i = 0; ; i++) {
        await sleep(net.clock, 1_000)
        yield i % 2 === 0 ? { id: alice().peer, multiaddrs: [] } : { id: peerIdFromSeed(8, i), multiaddrs: [] }
      }
    }
  }]
  const [without, beside] = await times(500, odd)

  assert.ok(beside - without < 50, `${beside} instead of ${without}`)
})

test('an error counts a provider once that was reached by its second address, and does not call it unreachable', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [carol] = await net.instances(1)
  const [missing] = await randomBlocks(1)
  const at = (peer: PeerId): NamedProvider => ({ id: carol.peer, multiaddrs: [multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`)] })
  const routing: BitswapRouting = {
    async * findProviders () {
      yield at(peerIdFromSeed(9)) // whom nobody knows
      await sleep(net.clock, 200)
      yield at(carol.peer)
    }
  }
  const [alice] = await net.instances(1, { connected: 'none', routing })

  await assert.rejects(net.run(alice.bitswap.getBlock(missing.cid, { failFast: true })), (error: BlockUnavailableError) => {
    assert.deepEqual([error.name, error.peersAsked, error.providersFound, [...error.reasons.values()]], ['BlockUnavailableError', 1, 1, ['dont-have']])

    return true
  })
  await net.close()
})

test('a router that is dead keeps a call from failing fast for the time of three searches, and then no more', async () => {
  const setting = await setup(0, faulty(RoutingFault.Dead))
  const missing = await randomBlocks(5, { seed: 2 })
  const waited: number[] = []

  for (const { cid } of missing) {
    const start = setting.net.clock.now()

    await assert.rejects(setting.net.run(setting.alice.bitswap.getBlock(cid, { failFast: true })), { name: 'BlockUnavailableError' })
    waited.push(setting.net.clock.now() - start)
  }

  assert.deepEqual(waited, [SEARCH, SEARCH, SEARCH, 0, 0])
  await setting.net.close()
})

test('no look-up goes on when the block is there', async () => {
  let running = 0
  const setting = await setup(100, net => [{
    name: 'slow',
    async * findProviders (_cid, options) {
      running++

      try {
        await sleep(net.clock, 60_000, options?.signal ?? undefined)
      } finally {
        running--
      }

      yield { id: peerIdFromSeed(9), multiaddrs: [] }
    }
  }])

  await timeOf(setting, setting.blocks[0] as Block)
  assert.deepEqual([running, setting.right.calls.running], [0, 0])
  await setting.net.close()
})

test('a router that names ten peers who lack the block before the one who has it does not hide that one', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing()
  const [alice] = await net.instances(1, { routing }) as [Instance]
  const others = await net.instances(10, { connected: 'none' })
  const [carol] = await net.instances(1, { connected: 'none' }) as [Instance]
  const [block] = await randomBlocks(1, { size: 4096 }) as [Block]
  const abort = new AbortController()

  carol.hold(block)
  others.forEach(other => { routing.add(block.cid, other) })
  routing.add(block.cid, carol)
  net.clock.timer(600_000, () => { abort.abort(new Error('it was not found')) })
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid, { signal: abort.signal })), block.bytes)
  await net.close()
})
