import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidOptionError } from '../errors.ts'
import { resolveProvidingOptions } from './resolve-options.ts'

test('values an option cannot have are refused, and options there are not', () => {
  const refused: object[] = [
    { strategy: 'some' }, { keys: true }, { keys: undefined }, { store: true }, { store: { load: () => {} } }, { maxQueued: 1 }, { maxQueued: 1.5 }, { maxQueued: 2 ** 24 + 1 }, { workers: 0 },
    { maxPerSecond: 0 }, { timeout: Infinity }, { interval: 59_999 }, { interval: Number.NaN }, { maxAttempts: 0 }, { retryDelay: 0 }, { maxRetryDelay: -1 }, { worker: 1 }
  ]

  for (const init of refused) {
    assert.throws(() => resolveProvidingOptions(init), (error: unknown) => error instanceof InvalidOptionError && error.option.startsWith('providing.'), JSON.stringify(init))
  }
})

test('the bounds themselves are allowed', () => {
  const options = resolveProvidingOptions({ maxQueued: 2, workers: 1, interval: 0, maxPerSecond: 0.1, maxAttempts: 1 })

  assert.equal(options.interval, 0)
  assert.equal(resolveProvidingOptions({ interval: 60_000, maxQueued: 2 ** 24 }).interval, 60_000)
  assert.ok(Object.isFrozen(options))
})
