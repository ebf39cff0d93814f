import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUBLIC_BOOTSTRAP, PUBLIC_DELEGATED } from '../../routing/public-routers.ts'
import { DEFAULT_LISTEN, fetchInit, serveInit } from './settings.ts'
import type { Config } from './config.ts'
import type { FetchFlags, ServeFlags } from './settings.ts'

const PEER = '/ip4/127.0.0.1/tcp/1'
const NO_WAYS = { dht: false, lanDht: false, delegated: [], mdns: false, bootstrap: [], providers: {} }

const fetching = (flags: Partial<FetchFlags> = {}, config: Config = {}, swarmKey = '') => fetchInit({ peer: [], ...flags, swarmKey }, config)
const serving = (flags: Partial<ServeFlags> = {}, config: Config = {}, swarmKey = '') => serveInit({ connect: [], ...flags, swarmKey }, config)

test('with nothing said all ways of the internet are used, and a node that stays is announced and to be reached', () => {
  const routing = { dht: 'client', lanDht: false, delegated: PUBLIC_DELEGATED, mdns: true, bootstrap: PUBLIC_BOOTSTRAP, providers: {}, peers: [] }

  assert.deepEqual(fetching(), { routing, privateNetwork: { swarmKey: '' } })
  assert.deepEqual(serving(), {
    listen: DEFAULT_LISTEN,
    routing,
    reachability: { upnp: true, autonat: true, relay: 'use', holePunching: true },
    privateNetwork: { swarmKey: '' },
    store: {},
    bitswap: { providing: { strategy: 'roots' } }
  })
})

test('who names peers to ask is not overheard by others, unless they say how to look', () => {
  const config: Config = { routing: ['mdns'], peers: [PEER], providers: { bafy: [PEER] } }

  assert.deepEqual(fetching({ peer: [PEER] }, config).routing, { ...NO_WAYS, peers: [] })
  assert.deepEqual(fetching({ peer: [PEER], routing: ['lan'] }, config).routing, { ...NO_WAYS, lanDht: 'client', peers: [] })
  assert.deepEqual(fetching({}, config).routing, { ...NO_WAYS, mdns: true, providers: { bafy: [PEER] }, peers: [PEER] })
})

test('who names peers to ask and a DHT gets the DHT of the config file, and not the public one', () => {
  const config: Config = { routing: ['mdns'], bootstrap: ['/a'], peers: [PEER], dht: { protocol: '/mine' }, findTimeout: 7 }

  assert.deepEqual(fetching({ peer: [PEER], routing: ['dht'] }, config).routing, {
    ...NO_WAYS, dht: 'client', bootstrap: ['/a'], dhtProtocol: '/mine', findTimeout: 7, peers: []
  })
  assert.deepEqual(fetching({ peer: [PEER] }, config).routing, { ...NO_WAYS, peers: [] })
})

test('the command line goes before the config file', () => {
  const config: Config = {
    listen: ['/ip4/10.0.0.1/tcp/2'], routing: ['mdns'], bootstrap: ['/a'], peers: ['/b'], providers: { one: ['/c'], two: ['/d'] }, findTimeout: 7, allowPeers: ['x'],
    reachability: { announce: ['/e'], upnp: true }, providing: { strategy: 'all', workers: 3 }, storage: { max: 5, gcWatermark: 0.5 }
  }
  const { listen, routing, reachability, privateNetwork, store, bitswap } = serving({}, config)

  assert.deepEqual(listen, ['/ip4/10.0.0.1/tcp/2'])
  assert.deepEqual(routing, { ...NO_WAYS, mdns: true, bootstrap: ['/a'], peers: ['/b'], providers: { one: ['/c'], two: ['/d'] }, findTimeout: 7 })
  assert.deepEqual(reachability, { announce: ['/e'], upnp: true })
  assert.deepEqual(privateNetwork, { swarmKey: '', allowPeers: ['x'] })
  assert.deepEqual(store, { maxStorage: 5, gcWatermark: 0.5 })
  assert.deepEqual(bitswap, { providing: { strategy: 'all', workers: 3 } })

  const said = serving({
    listen: ['/f'], routing: ['lan'], bootstrap: ['/g'], connect: ['/h'], provider: ['one=/i', 'one=/j'], allowPeer: ['y'], announce: ['/k'], providing: 'none', maxStorage: 6
  }, config)

  assert.deepEqual(said, {
    listen: ['/f'],
    routing: { ...NO_WAYS, lanDht: 'client', bootstrap: ['/g'], peers: ['/b', '/h'], providers: { one: ['/i', '/j'], two: ['/d'] }, findTimeout: 7 },
    reachability: { announce: ['/k'], upnp: true },
    privateNetwork: { swarmKey: '', allowPeers: ['y'] },
    store: { maxStorage: 6, gcWatermark: 0.5 },
    bitswap: { providing: { strategy: 'none', workers: 3 } }
  })
})

test('nodes of one machine find each other under loopback addresses', () => {
  const [loopback, lan] = ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.2/tcp/1']

  assert.equal(serving({ listen: [loopback, '/ip6/::1/tcp/0'] }).routing?.lanDhtLoopback, true)
  assert.equal(serving({ listen: [loopback, lan] }).routing?.lanDhtLoopback, undefined)
  assert.equal(fetching({ bootstrap: [loopback] }).routing?.lanDhtLoopback, true)
  assert.equal(fetching({ bootstrap: [lan] }).routing?.lanDhtLoopback, undefined)
  assert.equal(serving({ listen: [loopback] }, { dht: { lanLoopback: false } }).routing?.lanDhtLoopback, false)
})

test('a DHT of one\'s own is described in the config file', () => {
  const dht = { protocol: '/mine', privateAddresses: true, lanProtocol: '/ours', lanLoopback: true, maxRecords: 9 }

  assert.deepEqual(fetching({ routing: ['dht'], bootstrap: [] }, { dht }).routing, {
    ...NO_WAYS, dht: 'client', dhtProtocol: '/mine', dhtPrivateAddresses: true, lanDhtProtocol: '/ours', lanDhtLoopback: true, dhtMaxRecords: 9, peers: []
  })
})

test('who looks for nobody on the internet is not to be found there', () => {
  assert.deepEqual(serving({ routing: ['none'] }).reachability, {})
  assert.deepEqual(serving({ routing: ['mdns', 'lan'] }).reachability, {})
  assert.deepEqual(serving({ routing: ['delegated=http://127.0.0.1:8190', 'delegated=http://localhost:1'] }).reachability, {})
  assert.equal(serving({ routing: ['delegated=http://127.0.0.1:8190', 'delegated=https://a.example'] }).reachability?.upnp, true)
  assert.deepEqual(serving({ routing: ['none'] }).routing, { ...NO_WAYS, peers: [] })
})

test('in a private network nothing public is used unless it is asked for', () => {
  assert.deepEqual(serving({}, {}, '/key').routing, { ...NO_WAYS, lanDht: 'server', peers: [] })
  assert.deepEqual(serving({}, {}, '/key').reachability, {})
  assert.deepEqual(fetching({}, {}, '/key'), { routing: { ...NO_WAYS, lanDht: 'client', peers: [] }, privateNetwork: { swarmKey: '/key' } })
  assert.deepEqual(serving({ routing: ['dht'] }, {}, '/key').routing?.bootstrap, [])
  assert.deepEqual(serving({ routing: ['dht'] }, {}, '/key').reachability, {})
})

test('a provider that is no pair is refused', () => {
  assert.throws(() => fetching({ provider: ['bafy'] }), { name: 'InvalidArgumentError', message: /invalid provider "bafy": expected CID=ADDRESS/ })
})

test('a provider is a name like any other, whatever objects call theirs', () => {
  assert.deepEqual(Object.entries(fetching({ provider: ['constructor=/a', '__proto__=/b'] }).routing?.providers ?? {}), [['constructor', ['/a']], ['__proto__', ['/b']]])
})
