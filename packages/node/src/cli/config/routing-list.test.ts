import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUBLIC_DELEGATED } from '../../routing/public-routers.ts'
import { parseRouting } from './routing-list.ts'

const NOTHING = { dht: false, lanDht: false, delegated: [], mdns: false }

test('each way is what it says, in one list or several', () => {
  assert.deepEqual(parseRouting(['none']), NOTHING)
  assert.deepEqual(parseRouting(['dht']), { ...NOTHING, dht: 'client' })
  assert.deepEqual(parseRouting(['dht=server, lan=client']), { ...NOTHING, dht: 'server', lanDht: 'client' })
  assert.deepEqual(parseRouting(['dht=auto']), { ...NOTHING, dht: 'auto' })
  assert.deepEqual(parseRouting(['lan', 'mdns']), { ...NOTHING, lanDht: 'client', mdns: true })
  assert.deepEqual(parseRouting(['lan=server', 'dht=client']), { ...NOTHING, dht: 'client', lanDht: 'server' })
})

test('delegated routers add up; without a URL the public ones', () => {
  assert.deepEqual(parseRouting(['delegated']).delegated, PUBLIC_DELEGATED)
  assert.deepEqual(parseRouting(['delegated=http://127.0.0.1:1,delegated,delegated=https://a.example/x']).delegated, ['http://127.0.0.1:1', ...PUBLIC_DELEGATED, 'https://a.example/x'])
})

test('what is no way is named, and what there is', () => {
  for (const [text, message] of [
    ['dth', /invalid routing "dth": expected dht, lan/],
    ['', /invalid routing "": expected dht/],
    ['mdns=yes', /"mdns=yes"/],
    ['dht=on', /"dht=on"/],
    ['dht,none', /"dht,none": none cannot be combined/],
    ['delegated=router', /"delegated=router": expected the URL of a router/],
    ['delegated=ftp://a.example', /expected the URL/]
  ] as const) {
    assert.throws(() => parseRouting([text]), { name: 'InvalidArgumentError', message })
  }
})
