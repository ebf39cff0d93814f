import assert from 'node:assert/strict'
import test from 'node:test'
import { median, summary } from './statistics.ts'

test('the median is the middle one, or between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 1, 3, 7]), 5)
  assert.equal(median([2]), 2)
  assert.ok(Number.isNaN(median([])))
})

test('a summary shows median and range', () => {
  assert.equal(summary([1.25, 3, 2], 1), '2.0 (1.3–3.0)')
})
