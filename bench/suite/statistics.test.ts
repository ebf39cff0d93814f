import assert from 'node:assert/strict'
import test from 'node:test'
import { median, medianRatio, summary } from './statistics.ts'

test('the median is the middle one, or between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 1, 3, 7]), 5)
  assert.equal(median([2]), 2)
  assert.ok(Number.isNaN(median([])))
})

test('what failed once has no median', () => {
  assert.ok(Number.isNaN(median([1, Number.NaN, 3])))
})

test('a summary shows median and range, and of one itself', () => {
  assert.equal(summary([1.25, 3, 2], 1), '2.0 (1.3–3.0)')
  assert.equal(summary([1.25], 1), '1.3')
})

test('a ratio is that of each round', () => {
  assert.equal(medianRatio([10, 100, 6], [5, 25, 1]), 4)
  assert.ok(Number.isNaN(medianRatio([1, 2], [1])))
})
