import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GARBAGE_DEFAULTS, resolveGarbageOptions } from './options.ts'

test('what is not set has its default, and the result cannot be changed', () => {
  const options = resolveGarbageOptions({ servedGrace: 5 })

  assert.deepEqual(options, { ...GARBAGE_DEFAULTS, servedGrace: 5 })
  assert.ok(Object.isFrozen(options))
})

for (const [init, name] of [
  [{ servedGrace: -1 }, 'servedGrace'],
  [{ servedGrace: Number.NaN }, 'servedGrace'],
  [{ maxServed: 0 }, 'maxServed'],
  [{ maxServed: 1.5 }, 'maxServed']
] as const) {
  test(`${name} cannot be ${String(Object.values(init)[0])}`, () => {
    assert.throws(() => resolveGarbageOptions(init), { name: 'InvalidOptionError', option: `garbage.${name}` })
  })
}
