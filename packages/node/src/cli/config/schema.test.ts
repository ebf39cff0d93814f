import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { checkConfig } from './schema.ts'

test('all that can be said, sizes and durations as on the command line', () => {
  const checked = checkConfig({
    listen: ['/ip4/0.0.0.0/tcp/4001'],
    routing: ['dht=server', 'delegated=https://a.example'],
    bootstrap: [],
    peers: [],
    providers: { bafy: ['/ip4/127.0.0.1/tcp/1'] },
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
    [{ providers: { bafy: '/ip4' } }, 'providers.bafy', /expected Array/],
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
