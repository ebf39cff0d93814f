import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenBucket } from './token-bucket.ts'

test('a full bucket may be emptied at once, and fills steadily', () => {
  const bucket = new TokenBucket(1000, 500, 0)

  bucket.take(500, 0)
  assert.equal(bucket.availableAt(0), 1)
  assert.equal(bucket.availableAt(1), 1)
  bucket.take(1, 1)
  assert.equal(bucket.availableAt(1), 2)
})

test('more may be taken than there is, and is paid off before there is one again', () => {
  const bucket = new TokenBucket(1000, 500, 0)

  bucket.take(2500, 0)
  assert.equal(bucket.availableAt(0), 2001)
  assert.equal(bucket.availableAt(1500), 2001)
})

test('another rate and size hold from then on, and debts are paid off at it', () => {
  const bucket = new TokenBucket(1000, 500, 0)

  bucket.take(1500, 0)
  bucket.change(100, 50, 900)
  assert.equal(bucket.availableAt(900), 900 + 101 * 10)
  bucket.change(1000, 500, 900)
  bucket.change(10, 5, 100_000)
  bucket.take(5, 100_000)
  assert.equal(bucket.availableAt(100_000), 100_100)
})

test('it never holds more than it can', () => {
  const bucket = new TokenBucket(1000, 500, 0)

  bucket.take(500, 1_000_000)
  assert.equal(bucket.availableAt(1_000_000), 1_000_001)
})
