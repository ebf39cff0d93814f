import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { checkConfig } from './schema.ts'

const ID = '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8'

test('all that can be said, sizes and durations as on the command line', () => {
  const checked = checkConfig({
    listen: ['/ip4/0.0.0.0/tcp/4001'],
    routing: ['dht=server', 'delegated=https://a.example'],
    bootstrap: [],
    peers: [],
    providers: { QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o: [`/ip4/127.0.0.1/tcp/1/p2p/${ID}`] },
    findTimeout: '5s',
    dht: { protocol: '/mine', privateAddresses: true, lanProtocol: '/ours', lanLoopback: true, maxRecords: 9 },
    swarmKey: '/key',
    allowPeers: [],
    reachability: { announce: [], upnp: false, autonat: true, relay: 'off', relayServer: false, holePunching: true },
    providing: { strategy: 'all', interval: '12h', workers: 4, maxPerSecond: 2.5, maxQueued: 10 },
    routingServer: '127.0.0.1:0',
    storage: { max: '10GB', gcWatermark: 0.8 }
  })

  assert.ok('config' in checked)
  assert.equal(checked.config.findTimeout, 5_000)
  assert.equal(checked.config.providing?.interval, 43_200_000)
  assert.equal(checked.config.storage?.max, 10_000_000_000)
  assert.deepEqual(checkConfig({}), { config: {} })
})

test('numbers are milliseconds and bytes', () => {
  const checked = checkConfig({ findTimeout: 7, storage: { max: 8 }, providing: { interval: 0 } })

  assert.deepEqual(checked, { config: { findTimeout: 7, storage: { max: 8 }, providing: { interval: 0 } } })
})

test('what is wrong is named, with where it is and what was expected', () => {
  for (const [value, field, reason] of [
    [{ rooting: [] }, 'rooting', /^there is no such setting$/],
    [{ storage: { size: 1 } }, 'storage.size', /^there is no such setting$/],
    [{ routing: ['dth'] }, 'routing', /invalid routing "dth": expected dht/],
    [{ bootstrap: ['x'] }, 'bootstrap[0]', /expected an address that ends in the id of the peer, .* got "x"/],
    [{ peers: ['/ip4/127.0.0.1/tcp/1'] }, 'peers[0]', /expected an address that ends in the id of the peer/],
    [{ providers: { bafy: [] } }, 'providers.bafy', /expected a CID, got "bafy"/],
    [{ providers: { QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o: ['y'] } }, 'providers.QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o[0]', /expected an address/],
    [{ listen: [''] }, 'listen[0]', /expected an address, .* got ""/],
    [{ reachability: { announce: ['z'] } }, 'reachability.announce[0]', /expected an address/],
    [{ allowPeers: [ID, 'w'] }, 'allowPeers[1]', /expected the id of a peer, got "w"/],
    [{ findTimeout: 0 }, 'findTimeout', /expected >=1, got 0/],
    [{ findTimeout: 1e300 }, 'findTimeout', /expected a duration/],
    [{ swarmKey: '' }, 'swarmKey', /expected the path of a file/],
    [{ routing: [] }, 'routing', /expected at least one way/],
    [{ routing: 'dht' }, 'routing', /expected Array, got "dht"/],
    [{ listen: [1] }, 'listen[0]', /expected string, got 1/],
    [{ reachability: { relay: 'maybe' } }, 'reachability.relay', /expected \("off" \| "use"\), got "maybe"/],
    [{ reachability: [] }, 'reachability', /expected Object/],
    [{ findTimeout: 'soon' }, 'findTimeout', /expected a duration, as in "22h"/],
    [{ storage: { max: -1 } }, 'storage.max', /expected a size, as in "10GB"/],
    [{ storage: { gcWatermark: 2 } }, 'storage.gcWatermark', /expected <=1, got 2/],
    [{ providing: { workers: 0 } }, 'providing.workers', /expected >=1, got 0/],
    [{ providing: { workers: 1.5 } }, 'providing.workers', /expected.* got 1.5/],
    [{ providing: { strategy: 'some' } }, 'providing.strategy', /expected .*"all".* got "some"/],
    [{ providers: { QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o: '/ip4' } }, 'providers.QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o', /expected Array/],
    [[], '', /expected Object/],
    [null, '', /expected Object, got null/]
  ] as const) {
    const checked = checkConfig(value)

    assert.ok('fault' in checked, JSON.stringify(value))
    assert.equal(checked.fault.field, field)
    assert.match(checked.fault.reason, reason)
  }
})

test('the example of the documentation is one', async () => {
  const text = await readFile(new URL('../../../../../docs/finding-and-being-found.md', import.meta.url), 'utf8')
  const [, example = ''] = /```json\n(.*?)```/s.exec(text) ?? []

  assert.ok('config' in checkConfig(JSON.parse(example)))
})
