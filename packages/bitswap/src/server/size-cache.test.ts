import assert from 'node:assert/strict'
import test from 'node:test'
import { SizeCache } from './size-cache.ts'

test('a size is remembered, also that of an empty block', () => {
  const sizes = new SizeCache(10)

  sizes.set('a', 0)
  assert.equal(sizes.get('a'), 0)
  assert.equal(sizes.get('b'), undefined)
})

test('so many sizes are remembered as it was told; one more, and the longest unused is forgotten', () => {
  const sizes = new SizeCache(2)

  sizes.set('a', 1)
  sizes.set('b', 2)
  assert.equal(sizes.get('a'), 1)
  sizes.set('c', 3)

  assert.equal(sizes.get('b'), undefined)
  assert.deepEqual([sizes.get('a'), sizes.get('c')], [1, 3])
})

test('a cache of nothing remembers nothing', () => {
  const sizes = new SizeCache(0)

  sizes.set('a', 1)
  assert.equal(sizes.get('a'), undefined)
})
