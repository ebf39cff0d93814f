/** What is done to peers as a whole, on real libp2p nodes over TCP on loopback. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metrics } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { createBitswap } from 'ts-bitswap'
import type { Bitswap } from 'ts-bitswap'
import { MemoryStore, randomBlocks } from 'ts-bitswap/testing'
import { Events, withNodes } from './libp2p-nodes.ts'
import type { LoopbackNode } from './libp2p-nodes.ts'
import { TagName } from '../src/network/network.ts'

/** What a node's peer store says of another's worth to Bitswap. */
async function valueOf ({ libp2p }: LoopbackNode, { network: { self } }: LoopbackNode): Promise<number | undefined> {
  return (await libp2p.peerStore.get(self)).tags.get('bitswap')?.value
}

/** Not started. */
function make ({ libp2p }: LoopbackNode): Bitswap {
  return createBitswap({ libp2p, blockstore: new MemoryStore() as unknown as Blockstore })
}

test('a peer that is disconnected is gone for both, and may come back', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [atA, atB] = [new Events(), new Events()]
    await a.network.start(atA)
    await b.network.start(atB)
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())
    await atA.next()
    await atB.next()

    b.network.disconnect(a.network.self)
    assert.equal(await atB.next(), `disconnected ${a.network.self}`)
    assert.equal(await atA.next(), `disconnected ${peer}`)
    assert.deepEqual(a.network.peers(), [])

    await a.network.connect(b.libp2p.getMultiaddrs())
    assert.deepEqual(a.network.peers().map(String), [peer.toString()])
  })
})

test('a peer is tagged in the peer store, and not after that is taken back, nor after stop', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    await a.network.start(new Events())
    await b.network.start(new Events())
    const peer = await b.network.connect(a.libp2p.getMultiaddrs())

    // b stands on the components that a service is handed, a on libp2p itself
    for (const [from, to] of [[a, b], [b, a]] as const) {
      from.network.tag(to.network.self, TagName.Source, { value: 100, ttl: 60_000 })
      assert.equal(await valueOf(from, to), 100)
      from.network.tag(to.network.self, TagName.Source, undefined)
      assert.equal(await valueOf(from, to), undefined)
    }

    b.network.tag(peer, TagName.Source, { value: 5, ttl: 60_000 })
    await b.network.stop()
    assert.equal(await valueOf(b, a), undefined)
    assert.equal((await b.libp2p.peerStore.get(peer)).protocols.length > 0, true, 'the rest of what is known of it stays')
  })
})

test('whoever sent a wanted block is worth the most until Bitswap stops', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [block] = await randomBlocks(1)
    const [bitswap, other] = [make(a), make(b)]

    await bitswap.start()
    await other.start()
    await other.addBlock(block)
    await a.libp2p.dial(b.libp2p.getMultiaddrs())
    assert.deepEqual(await bitswap.getBlock(block.cid), block.bytes)

    while (await valueOf(a, b) !== 100) {
      // the peer store takes its time; the test's timeout bounds this
    }

    assert.equal(await valueOf(b, a), undefined)
    await bitswap.stop()
    assert.equal(await valueOf(a, b), undefined)
    await other.stop()
  })
})

test('a start that fails leaves Bitswap stopped, and it may be started later', { timeout: 60_000 }, async () => {
  await withNodes(async a => {
    const [first, second] = [make(a), make(a)]
    const [block] = await randomBlocks(1)

    await first.start()
    await assert.rejects(async () => { await second.start() }, { name: 'DuplicateProtocolHandlerError' })
    assert.equal(second.isOnline(), false)
    await assert.rejects(second.getBlock(block.cid), { name: 'NotStartedError' })
    await first.stop()
    await second.start()
    assert.equal(second.isOnline(), true)
    assert.equal(a.libp2p.getProtocols().filter(id => id.includes('bitswap')).length, 4)
    await second.stop()
  })
})

test('a call that fails fast right after a dial asks who was dialled', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [block, other] = await randomBlocks(2)
    const [bitswap, seed] = [make(a), make(b)]

    await bitswap.start()
    await seed.start()
    await seed.addBlock(block)
    await a.libp2p.dial(b.libp2p.getMultiaddrs())
    assert.deepEqual(await bitswap.getBlock(block.cid, { failFast: true }), block.bytes)
    await assert.rejects(bitswap.getBlock(other.cid, { failFast: true }), { name: 'BlockUnavailableError', reasons: new Map([[b.network.self.toString(), 'dont-have']]) })
    await bitswap.stop()
    await seed.stop()
  })
})

test('what announces is loaded for the start, and announces a block that was added before', { timeout: 60_000 }, async () => {
  await withNodes(async ({ libp2p }) => {
    const [{ cid, bytes }] = await randomBlocks(1)
    const announced = Promise.withResolvers<CID>()
    const bitswap = createBitswap({ libp2p, blockstore: new MemoryStore() as unknown as Blockstore, routing: { provide: async cid => { announced.resolve(cid) } } }, { providing: { strategy: 'all' } })

    await bitswap.addBlock({ cid, bytes })
    await bitswap.start()
    assert.ok(cid.equals(await announced.promise))
    await bitswap.stop()
  })
})

test('metrics are registered when a Bitswap is made, and a collector that refuses them throws there', { timeout: 60_000 }, async () => {
  await withNodes(async ({ libp2p }) => {
    const names: string[] = []
    const register = (name: string): void => { names.push(name) }
    const refuse = (): void => { throw new Error('there is one of that name') }
    const create = (metrics: object): Bitswap => createBitswap({ libp2p, blockstore: new MemoryStore() as unknown as Blockstore, metrics: metrics as Metrics })

    create({ registerCounterGroup: register, registerMetricGroup: register })
    assert.ok(names.includes('bitswap_total'), names.join())
    assert.throws(() => create({ registerCounterGroup: refuse }), { message: 'there is one of that name' })
  })
})
