import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { randomBlocks } from 'ts-bitswap/testing'
import { startNode, untilConnected, untilKnown } from './routed-nodes.ts'
import type { RoutedNode, RoutedNodeInit } from './routed-nodes.ts'
import type { RoutingInit } from '../src/routing/options.ts'
import type { Dht } from '../src/routing/dht.ts'
import type { CID } from 'multiformats/cid'

const LAN: RoutingInit = { lanDht: 'server', lanDhtLoopback: true, dhtPeerTimeout: 60_000 }

async function withNodes (inits: RoutedNodeInit[], run: (nodes: RoutedNode[]) => Promise<void>): Promise<void> {
  const nodes: RoutedNode[] = []

  try {
    for (const init of inits) {
      nodes.push(await startNode(init))
    }

    await run(nodes)
  } finally {
    await Promise.all(nodes.map(async node => { await node.stop() }))
  }
}

async function provide (node: RoutedNode, cid: CID): Promise<void> {
  await node.routing.provide?.(cid, { signal: AbortSignal.timeout(60_000) })
}

async function find (node: RoutedNode, cid: CID): Promise<string[]> {
  const found: string[] = []

  for await (const { id } of node.routing.findProviders?.(cid, { signal: AbortSignal.timeout(60_000) }) ?? []) {
    found.push(id.toString())
  }

  return found
}

/** An announcement is on its way when it has been made: asks until it is there. */
async function untilFound (node: RoutedNode, cid: CID): Promise<string[]> {
  for (;;) {
    const found = await find(node, cid)

    if (found.length > 0) {
      return found
    }

    await setImmediate()
  }
}

test('of twelve nodes of a DHT one fetches what another has announced, knowing only a third', async () => {
  const first = await startNode(LAN)

  try {
    await withNodes(Array.from({ length: 10 }, () => ({ ...LAN, bootstrap: [first.address] })), async others => {
      const [provider] = others
      const [block] = await randomBlocks(1, { size: 4096 })

      await Promise.all(others.map(async node => { await untilKnown(node.lanDht as Dht, 1) }))
      await provider.bitswap.addBlock(block)
      await provide(provider, block.cid)
      await withNodes([{ ...LAN, bootstrap: [first.address] }], async ([asker]) => {
        assert.deepEqual(await asker.bitswap.getBlock(block.cid, { signal: AbortSignal.timeout(60_000) }), block.bytes)
        assert.deepEqual(asker.routing.stat().map(({ name, providersNamed }) => [name, providersNamed]), [['lan-dht', 1]])
      })
    })
  } finally {
    await first.stop()
  }
})

test('two DHTs at once, each finds what is in it', async () => {
  const own: RoutingInit = { dht: 'server', dhtProtocol: '/test/kad/1.0.0', dhtPrivateAddresses: true }

  await withNodes([{ ...LAN, ...own }, LAN, own], async ([both, lan, other]) => {
    const [inLan, inOther, inNone] = await randomBlocks(3, { size: 64 })

    await Promise.all([both.libp2p.dial(lan.libp2p.getMultiaddrs()), both.libp2p.dial(other.libp2p.getMultiaddrs())])
    await Promise.all([untilKnown(both.lanDht as Dht, 1), untilKnown(both.dht as Dht, 1), untilKnown(lan.lanDht as Dht, 1), untilKnown(other.dht as Dht, 1)])
    await Promise.all([provide(lan, inLan.cid), provide(other, inOther.cid)])
    assert.deepEqual(await untilFound(both, inLan.cid), [lan.libp2p.peerId.toString()])
    assert.deepEqual(await untilFound(both, inOther.cid), [other.libp2p.peerId.toString()])
    assert.deepEqual(await find(both, inNone.cid), [])
    assert.deepEqual(await find(lan, inOther.cid), [])
    assert.deepEqual(both.routing.stat().map(({ name, failed }) => [name, failed]), [['dht', 0], ['lan-dht', 0]])
  })
})

test('a client of a DHT asks it, and answers nobody; auto is a client while it has no public address', async () => {
  await withNodes([LAN, { ...LAN, lanDht: 'client' }, { ...LAN, lanDht: 'auto' }], async ([server, client, auto]) => {
    await Promise.all([client, auto].map(async node => {
      await node.libp2p.dial(server.libp2p.getMultiaddrs())
      await untilKnown(node.lanDht as Dht, 1)
    }))
    const [block] = await randomBlocks(1, { size: 64 })

    await provide(client, block.cid)
    assert.deepEqual(await untilFound(auto, block.cid), [client.libp2p.peerId.toString()])
    assert.deepEqual([server, client, auto].map(({ lanDht }) => lanDht?.getMode()), ['server', 'client', 'client'])
    assert.equal(server.lanDht?.routingTable.size, 0)
  })
})

test('loopback and private addresses are no peers of a DHT unless it is said', async () => {
  const dht: RoutingInit = { lanDht: 'server', dht: 'server' }

  await withNodes([dht, { ...dht, ...LAN }, { ...dht, dhtPrivateAddresses: true }], async ([strict, loopback, anywhere]) => {
    await Promise.all([loopback, anywhere].map(async node => { await node.libp2p.dial(strict.libp2p.getMultiaddrs()) }))
    await Promise.all([untilKnown(loopback.lanDht as Dht, 1), untilKnown(anywhere.dht as Dht, 1)])
    assert.deepEqual([strict.lanDht?.routingTable.size, strict.dht?.routingTable.size], [0, 0])
    assert.deepEqual([loopback.dht?.routingTable.size, anywhere.lanDht?.routingTable.size], [0, 0])
  })
})

test('a DHT server keeps as many records as it may, the last', async () => {
  await withNodes([{ ...LAN, dhtMaxRecords: 4, dhtPeerTimeout: 1 }, { ...LAN, lanDht: 'client' }], async ([server, client]) => {
    const blocks = await randomBlocks(6, { size: 64 })
    const kept: number[] = []

    await client.libp2p.dial(server.libp2p.getMultiaddrs())
    await untilKnown(client.lanDht as Dht, 1)

    for (const { cid } of blocks) {
      await provide(client, cid)
      await untilFound(server, cid)
    }

    for (const [i, { cid }] of blocks.entries()) {
      kept.push(...(await find(server, cid)).map(() => i))
    }

    assert.deepEqual(kept, [2, 3, 4, 5])
  })
})

test('in a DHT without peers a look-up ends after a while, and an announcement says that nobody was told', async () => {
  await withNodes([{ ...LAN, dhtPeerTimeout: 20 }], async ([alone]) => {
    const [block] = await randomBlocks(1, { size: 64 })

    assert.deepEqual(await find(alone, block.cid), [])
    assert.deepEqual(await find(alone, block.cid), [])
    await assert.rejects(provide(alone, block.cid), { name: 'ProvideFailedError', message: /no peer of the lan-dht could be told/ })
  })
})

test('nodes on one network find each other by mDNS and connect; those with another tag do not', async () => {
  const mdns = (tag: string): RoutedNodeInit => ({ mdns: true, mdnsInterval: 100, mdnsServiceTag: tag })
  const [tag, other] = [`_${randomUUID().slice(0, 8)}._udp.local`, `_${randomUUID().slice(0, 8)}._udp.local`]

  await withNodes([mdns(tag), mdns(other), mdns(tag), mdns(other)], async ([a, x, b, y]) => {
    await Promise.all([untilConnected(a, b), untilConnected(x, y)])
    assert.deepEqual([a, b, x, y].map(({ libp2p }) => libp2p.getPeers().length), [1, 1, 1, 1])
  })
})

test('a peer that is kept is connected with again after it was started again', async () => {
  const privateKey = await generateKeyPair('Ed25519')
  let server = await startNode({ privateKey })
  const { address } = server
  const listen = address.slice(0, address.indexOf('/p2p/'))

  try {
    await withNodes([{ peers: [address], reconnectDelay: 10, maxReconnectDelay: 50 }], async ([client]) => {
      await untilConnected(client, server)

      const left = new Promise(resolve => { client.libp2p.addEventListener('peer:disconnect', resolve, { once: true }) })

      await server.stop()
      await left
      server = await startNode({ privateKey, listen })
      await untilConnected(client, server)
      assert.deepEqual(client.kept.stat().map(({ connected }) => connected), [true])
    })
  } finally {
    await server.stop()
  }
})

test('a table says who has what, under each CID of its hash', async () => {
  const server = await startNode({})

  try {
    const [block] = await randomBlocks(1, { size: 4096 })
    const other = block.cid.toV1().toString()

    await server.bitswap.addBlock(block)
    await withNodes([{ providers: { [other]: [server.address] } }], async ([client]) => {
      assert.deepEqual(await client.bitswap.getBlock(block.cid, { signal: AbortSignal.timeout(60_000) }), block.bytes)
      assert.deepEqual(client.routing.stat().map(({ name, providersNamed }) => [name, providersNamed]), [['static', 1]])
    })
  } finally {
    await server.stop()
  }
})
