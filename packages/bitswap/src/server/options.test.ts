import assert from 'node:assert/strict'
import test from 'node:test'
import { InvalidOptionError } from '../errors.ts'
import { MAX_SENDABLE_BLOCK } from './envelope.ts'
import { SERVER_DEFAULTS } from './options.ts'
import { resolveServerOptions } from './resolve-options.ts'
import type { ServerInit } from './options.ts'

test('without anything said the defaults hold, and cannot be changed', () => {
  const options = resolveServerOptions()

  assert.deepEqual(options, SERVER_DEFAULTS)
  assert.ok(Object.isFrozen(options))
  assert.ok(Object.isFrozen(SERVER_DEFAULTS))
})

test('what is said holds, the rest stays', () => {
  assert.deepEqual(resolveServerOptions({ maxWantsPerPeer: 7 }), { ...SERVER_DEFAULTS, maxWantsPerPeer: 7 })
})

test('the largest block allowed by default is the largest that can be sent', () => {
  assert.equal(SERVER_DEFAULTS.maxBlockSize, MAX_SENDABLE_BLOCK)
})

test('each option refuses what it cannot be, by name', () => {
  const bad: Array<[keyof ServerInit, unknown[]]> = [
    ['serve', [0, 'loud', undefined, null]],
    ['maxWantsPerPeer', [0, -1, 1.5, NaN, Infinity, '1', undefined, null]],
    ['maxWants', [0, 1.5, Infinity]],
    ['maxCidSize', [0, NaN]],
    ['wantHaveReplaceSize', [-1, 0.5, NaN, Infinity]],
    ['sendDontHaves', [1, 'true', undefined]],
    ['targetMessageSize', [0, MAX_SENDABLE_BLOCK + 1]],
    ['maxBlockSize', [0, MAX_SENDABLE_BLOCK + 1]],
    ['maxConcurrentReads', [0, 1.5]],
    ['maxReadsPerPeer', [0]],
    ['maxReadAhead', [0]],
    ['maxReadAheadPerPeer', [0]],
    ['maxSizesRemembered', [-1]],
    ['maxAbsenceAge', [-1, NaN, Infinity, '5', undefined]],
    ['filterTimeout', [0, -1, NaN, Infinity, '5', undefined]],
    ['storeAttempts', [0, 17]],
    ['storeRetryDelay', [0, -1, NaN, Infinity, '5']],
    ['storeTimeout', [0, NaN]],
    ['maxReceiptsKept', [-1]],
    ['receiptStore', [undefined, null, true, {}, { load: () => {} }]],
    ['receiptSaveInterval', [0, NaN, Infinity]],
    ['filter', [undefined, true]]
  ]

  for (const [name, values] of bad) {
    for (const value of values) {
      assert.throws(() => resolveServerOptions({ [name]: value }), (error: unknown) => {
        assert.ok(error instanceof InvalidOptionError)
        assert.equal(error.option, `server.${name}`)

        return true
      }, `${name}: ${String(value)}`)
    }
  }
})

test('the least and the most an option can be are accepted', () => {
  const init = { wantHaveReplaceSize: 0, targetMessageSize: 1, maxBlockSize: MAX_SENDABLE_BLOCK, maxSizesRemembered: 0, maxAbsenceAge: 0, storeAttempts: 16, maxReceiptsKept: 0 }

  assert.deepEqual(resolveServerOptions(init), { ...SERVER_DEFAULTS, ...init })
})

test('an option there is not is refused', () => {
  assert.throws(() => resolveServerOptions({ maxWantlistSize: 5 } as ServerInit), { name: 'InvalidOptionError', option: 'server.maxWantlistSize' })
  assert.throws(() => resolveServerOptions({ toString: 5 } as unknown as ServerInit), { name: 'InvalidOptionError' })
})
