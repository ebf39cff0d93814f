import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveStoreOptions, STORE_DEFAULTS } from './options.ts'

test('what is not set has its default, and the result cannot be changed', () => {
  const options = resolveStoreOptions({ maxBlockSize: 5 })

  assert.deepEqual(options, { ...STORE_DEFAULTS, maxBlockSize: 5 })
  assert.ok(Object.isFrozen(options))
})

for (const [init, name] of [
  [{ maxBlockSize: 0 }, 'maxBlockSize'],
  [{ maxBlockSize: 1.5 }, 'maxBlockSize'],
  [{ maxOpenFiles: Number.NaN }, 'maxOpenFiles'],
  [{ verifyReads: 'yes' }, 'verifyReads'],
  [{ syncWrites: undefined }, 'syncWrites'],
  [{ maxStorage: -1 }, 'maxStorage'],
  [{ maxStorage: Number.NaN }, 'maxStorage'],
  [{ gcWatermark: 0 }, 'gcWatermark'],
  [{ gcWatermark: 1.1 }, 'gcWatermark']
] as const) {
  test(`${name} cannot be ${String(Object.values(init)[0])}`, () => {
    assert.throws(() => resolveStoreOptions(init as never), { name: 'InvalidOptionError', option: `store.${name}` })
  })
}
