import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from 'ts-bitswap'
import { peerIdFromSeed } from 'ts-bitswap/testing'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import { routingServices } from './dht.ts'
import { isLoopbackAddress } from './loopback.ts'
import { peerDiscovery } from './mdns.ts'
import { resolveRoutingOptions } from './options.ts'
import { createRouters } from './routers.ts'
import { multiaddr } from '@multiformats/multiaddr'
import type { RoutingInit } from './options.ts'

const CID = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'
const logger = { forComponent: () => Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => { throw new Error('not used') } }) }

function routers (init: RoutingInit, services: object = {}): ReturnType<typeof createRouters> {
  return createRouters({ services }, resolveRoutingOptions(init), { clock: systemClock, log: logger.forComponent() })
}

test('there are as many routers as the options say, the cheapest first, none by default', () => {
  const dht = { routingTable: { size: 0 } }

  assert.deepEqual(routers({}), [])
  assert.deepEqual(routers({ delegated: ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:1'], providers: { [CID]: [] }, mdns: true }, { dht, lanDht: dht }).map(({ name }) => name), [
    'static', 'mdns', 'dht', 'lan-dht', 'http://127.0.0.1:1', 'http://127.0.0.1:2'
  ])
})

test('each router has the time that the options say', () => {
  const all = routers({ delegated: ['http://127.0.0.1:1'], providers: { [CID]: [] }, findTimeout: 7, provideTimeout: 9 }, { dht: { routingTable: { size: 0 } } })

  assert.deepEqual(all.map(({ findTimeout, provideTimeout }) => [findTimeout, provideTimeout]), [[7, undefined], [7, 9], [7, undefined]])
})

test('without a DHT and mDNS nothing is added to libp2p', async () => {
  const options = resolveRoutingOptions()

  assert.deepEqual([await routingServices(options), await peerDiscovery(options, () => {})], [{}, []])
  assert.deepEqual(Object.keys(await routingServices(resolveRoutingOptions({ lanDht: 'client' }))), ['lanDht'])
  assert.deepEqual(Object.keys(await routingServices(resolveRoutingOptions({ dht: 'client', lanDht: 'server' }))), ['dht', 'lanDht'])
})

test('mDNS asks as often as the options say, for the tag they say, and hands on each answer', async () => {
  const found: unknown[] = []
  const [discovery] = await peerDiscovery(resolveRoutingOptions({ mdns: true, mdnsInterval: 77, mdnsServiceTag: 'tag' }), peer => { found.push(peer) })
  const service = discovery({ logger } as unknown as MulticastDNSComponents)
  const { interval, serviceTag } = service as unknown as { interval: number, serviceTag: string }
  const detail = { id: peerIdFromSeed(1), multiaddrs: [] }

  service.dispatchEvent(new CustomEvent('peer', { detail }))
  service.dispatchEvent(new CustomEvent('peer', { detail }))
  assert.deepEqual([interval, serviceTag, found], [77, 'tag', [detail, detail]])
})

test('loopback is known by its address', () => {
  const loopback = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.8.8.8/tcp/1', '/ip6/::1/tcp/1', '/dns4/localhost/tcp/1']
  const other = ['/ip4/192.168.1.1/tcp/1', '/ip6/fe80::1/tcp/1', '/dns4/example.com/tcp/1', '/dnsaddr/example.com']

  assert.deepEqual([...loopback, ...other].map(text => isLoopbackAddress(multiaddr(text))), [true, true, true, true, false, false, false, false])
})
