import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { resolveRoutingOptions, ROUTING_DEFAULTS } from './options.ts'
import { byPeer } from './peer-addresses.ts'
import { PUBLIC_BOOTSTRAP, PUBLIC_DELEGATED } from './public-routers.ts'
import type { RoutingInit } from './options.ts'

const PEER = '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8'
const ADDRESS = `/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`
const CID = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'

test('by default nobody is asked, dialled or listened for', () => {
  const { dht, lanDht, delegated, mdns, bootstrap, peers, providers } = resolveRoutingOptions()

  assert.deepEqual([dht, lanDht, delegated, mdns, bootstrap, peers, providers], [false, false, [], false, [], [], {}])
})

test('what can be is taken as it is', () => {
  const init: RoutingInit = { dht: 'auto', lanDht: 'server', delegated: PUBLIC_DELEGATED, bootstrap: PUBLIC_BOOTSTRAP, peers: [ADDRESS], providers: { [CID]: [ADDRESS] }, minPeers: 1 }

  assert.deepEqual(resolveRoutingOptions(init), { ...ROUTING_DEFAULTS, ...init })
})

test('the public bootstrap peers can be dialled by what a node has', () => {
  assert.equal(byPeer(PUBLIC_BOOTSTRAP).length, 6)
  assert.ok(PUBLIC_BOOTSTRAP.map(text => multiaddr(text).getComponents().map(({ name }) => name).join(' ')).every(kinds => kinds === 'dnsaddr p2p' || kinds === 'ip4 tcp p2p'))
})

const REFUSED: ReadonlyArray<[keyof RoutingInit | 'routing', unknown]> = [
  ['dht', 'both'], ['dht', true], ['lanDht', 'x'], ['dhtProtocol', 'kad'], ['lanDhtProtocol', ''], ['dhtPrivateAddresses', 1], ['lanDhtLoopback', 'yes'],
  ['dhtPeerTimeout', 0], ['dhtMaxRecords', 0.5], ['delegated', ['ftp://here']], ['delegated', ['here']], ['mdns', 'on'], ['mdnsServiceTag', ''], ['mdnsInterval', -1],
  ['bootstrap', ['/ip4/127.0.0.1/tcp/1']], ['bootstrap', 'here'], ['bootstrap', ['/p2p/12D3']], ['minPeers', -1], ['peers', ['here']], ['peers', [`/p2p/${PEER}`]],
  ['providers', { nonsense: [ADDRESS] }], ['providers', { [CID]: ['here'] }], ['providers', { [CID]: ADDRESS }],
  ['findTimeout', 0], ['provideTimeout', NaN], ['dialTimeout', 0], ['reconnectDelay', 0], ['maxReconnectDelay', 0]
]

test('what cannot be is refused by name, and says what it should be', () => {
  for (const [name, value] of REFUSED) {
    assert.throws(() => resolveRoutingOptions({ [name]: value }), { name: 'InvalidOptionError', option: `routing.${name}` }, name)
  }

  assert.throws(() => resolveRoutingOptions({ unknown: 1 } as RoutingInit), { name: 'InvalidOptionError' })
  assert.throws(() => resolveRoutingOptions({ peers: ['/ip4/127.0.0.1/tcp/1'] }), /an address that ends in the id of the peer/)
})

test('two DHTs cannot be one', () => {
  const same: RoutingInit = { lanDhtProtocol: '/ipfs/kad/1.0.0', lanDht: 'client' }

  assert.throws(() => resolveRoutingOptions({ ...same, dht: 'client' }), { option: 'routing.lanDhtProtocol' })
  assert.equal(resolveRoutingOptions(same).lanDht, 'client')
})
