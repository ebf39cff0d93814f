import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NETWORK_DEFAULTS } from './options.ts'
import type { NetworkInit } from './options.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

test('nothing given means the defaults, and what is given replaces one of them', () => {
  assert.deepEqual(resolveNetworkOptions(), NETWORK_DEFAULTS)
  assert.deepEqual(resolveNetworkOptions({ retryDelay: 5 }), { ...NETWORK_DEFAULTS, retryDelay: 5 })
  assert.ok(Object.isFrozen(resolveNetworkOptions()))
})

test('each number is refused when it is out of range, broken or not there', () => {
  const counts = ['maxInboundStreams', 'sendAttempts', 'maxEntries', 'maxMalformed', 'maxEmptyStreams']
  const whole = [...counts, 'resendSize', 'pieceSize', 'maxMessageSize', 'inboundBufferSize', 'peerBufferSize', 'totalBufferSize']

  for (const [name, value] of Object.entries(NETWORK_DEFAULTS)) {
    if (typeof value !== 'number') {
      continue
    }

    for (const bad of [-1, NaN, Infinity, '1', undefined, ...(whole.includes(name) ? [1.5] : [])]) {
      assert.throws(() => resolveNetworkOptions({ [name]: bad }), { name: 'InvalidOptionError', option: `network.${name}` })
    }
  }
})

test('the least value each number may have is fine', () => {
  const zero: NetworkInit = { identifyTimeout: 0, retryDelay: 0, resendInterval: 0, resendSize: 0, inboundBufferSize: 0, peerBufferSize: 0, totalBufferSize: 0, closeTimeout: 0 }
  const one: NetworkInit = { maxInboundStreams: 1, openStreamTimeout: 1, sendAttempts: 1, minSendRate: 1, minSendTimeout: 1, maxSendTimeout: 1, pieceSize: 1, maxMessageSize: 1 }

  Object.assign(one, { maxEntries: 1, entryRate: 1, totalEntryRate: 1, floodTimeout: 1, maxMalformed: 1, maxEmptyStreams: 1, offenceRecovery: 1 } satisfies NetworkInit)
  assert.deepEqual(resolveNetworkOptions({ ...zero, ...one }), { ...NETWORK_DEFAULTS, ...zero, ...one })

  for (const name of Object.keys(one)) {
    assert.throws(() => resolveNetworkOptions({ [name]: 0 }), { option: `network.${name}` })
  }
})

test('the limits of the send timeout must not cross', () => {
  assert.throws(() => resolveNetworkOptions({ minSendTimeout: 11, maxSendTimeout: 10 }), { option: 'network.maxSendTimeout' })
})

test('a protocol prefix is a path', () => {
  assert.equal(resolveNetworkOptions({ protocolPrefix: '/mine/test' }).protocolPrefix, '/mine/test')

  for (const protocolPrefix of ['mine', '/', '/mine/', '//mine', '/my net']) {
    assert.throws(() => resolveNetworkOptions({ protocolPrefix }), { name: 'InvalidOptionError', option: 'network.protocolPrefix' })
  }
})

test('an option that does not exist is refused: a misspelt one would do nothing', () => {
  assert.throws(() => resolveNetworkOptions({ protocol: '/mine' } as NetworkInit), { option: 'network.protocol' })
})

test('whether to run on limited connections is a boolean', () => {
  assert.throws(() => resolveNetworkOptions({ runOnLimitedConnections: 1 as unknown as boolean }), { option: 'network.runOnLimitedConnections' })
})
