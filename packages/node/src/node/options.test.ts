import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NODE_DEFAULTS, PEER_SOURCE_DEFAULTS, resolveNodeOptions, resolvePeerSourceOptions } from './options.ts'

test('what is not set has its default, and the result cannot be changed', () => {
  const options = resolveNodeOptions({ maxConnections: 5, store: { maxBlockSize: 7 } })

  assert.deepEqual(options, { ...NODE_DEFAULTS, maxConnections: 5, store: { ...NODE_DEFAULTS.store, maxBlockSize: 7 } })
  assert.ok(Object.isFrozen(options))
  assert.deepEqual(resolvePeerSourceOptions(), PEER_SOURCE_DEFAULTS)
})

for (const [init, option] of [
  [{ repo: 5 }, 'node.repo'],
  [{ listen: '/ip4/127.0.0.1/tcp/0' }, 'node.listen'],
  [{ encrypters: [] }, 'node.encrypters'],
  [{ encrypters: ['rot13'] }, 'node.encrypters'],
  [{ maxConnections: 0 }, 'node.maxConnections'],
  [{ maxConnectionsPerSecond: 0.5 }, 'node.maxConnectionsPerSecond'],
  [{ pingInterval: Number.NaN }, 'node.pingInterval'],
  [{ pingTimeout: -1 }, 'node.pingTimeout'],
  [{ store: { maxOpenFiles: 0 } }, 'store.maxOpenFiles']
] as const) {
  test(`${option} cannot be ${JSON.stringify(Object.values(init)[0])}`, () => {
    assert.throws(() => resolveNodeOptions(init as never), { name: 'InvalidOptionError', option })
  })
}

test('asking peers takes no negative time, no half blocks, and a clear yes or no', () => {
  assert.throws(() => resolvePeerSourceOptions({ timeout: 0 }), { option: 'peerSource.timeout' })
  assert.throws(() => resolvePeerSourceOptions({ slowAfter: Number.NaN }), { option: 'peerSource.slowAfter' })
  assert.throws(() => resolvePeerSourceOptions({ wait: 'yes' as never }), { option: 'peerSource.wait' })
  assert.throws(() => resolvePeerSourceOptions({ maxBlockSize: 1.5 }), { option: 'peerSource.maxBlockSize' })
})
