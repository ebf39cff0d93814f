import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADD_DEFAULTS, MAX_CHUNK_SIZE, resolveAddOptions, resolveWalkOptions, WALK_DEFAULTS } from './options.ts'

test('what is not set has its default, and the result cannot be changed', () => {
  assert.deepEqual(resolveAddOptions({ wrap: true }), { ...ADD_DEFAULTS, wrap: true })
  assert.deepEqual(resolveWalkOptions({ maxReadAhead: 3 }), { ...WALK_DEFAULTS, maxReadAhead: 3 })
  assert.ok(Object.isFrozen(resolveAddOptions()))
  assert.ok(Object.isFrozen(resolveWalkOptions()))
})

test('a file can be cut into pieces of the largest size, and not of one byte more', () => {
  assert.equal(resolveAddOptions({ chunkSize: MAX_CHUNK_SIZE }).chunkSize, MAX_CHUNK_SIZE)
  assert.throws(() => resolveAddOptions({ chunkSize: MAX_CHUNK_SIZE + 1 }), { name: 'InvalidOptionError', option: 'add.chunkSize' })
})

for (const [init, name] of [
  [{ chunkSize: 0 }, 'chunkSize'],
  [{ cidVersion: 2 }, 'cidVersion'],
  [{ hidden: 1 }, 'hidden'],
  [{ wrap: null }, 'wrap']
] as const) {
  test(`${name} cannot be ${String(Object.values(init)[0])}`, () => {
    assert.throws(() => resolveAddOptions(init as never), { name: 'InvalidOptionError', option: `add.${name}` })
  })
}

test('reading ahead is at least one block and one byte', () => {
  assert.throws(() => resolveWalkOptions({ maxReadAhead: 0 }), { option: 'walk.maxReadAhead' })
  assert.throws(() => resolveWalkOptions({ readAheadSize: -1 }), { option: 'walk.readAheadSize' })
})
