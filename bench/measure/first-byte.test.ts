import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scaled } from './first-byte.ts'

const KIB = 1024

test('files are of whole chunks, and none is empty in the smallest run', () => {
  assert.equal(scaled(2_048 * KIB, 1), 2_048 * KIB)
  assert.equal(scaled(2_048 * KIB, 0.7), 1_280 * KIB)
  assert.equal(scaled(2_048 * KIB, 1 / 16), 256 * KIB)
})
