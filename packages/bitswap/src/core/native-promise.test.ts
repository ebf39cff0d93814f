import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { nativePromise } from './native-promise.ts'

test('a promise of another kind becomes one of ours, all else stays as it is', async () => {
  const foreign = foreignPromise(Promise.resolve(1))
  const ours = Promise.resolve(2)

  assert.ok(!(foreign instanceof Promise))
  assert.ok(nativePromise(foreign) instanceof Promise)
  assert.equal(await nativePromise(foreign), 1)
  assert.equal(nativePromise(ours), ours)

  for (const value of [0, '', undefined, null, {}]) {
    assert.equal(nativePromise<unknown>(value), value)
  }
})
