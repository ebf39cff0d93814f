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

test('it never holds more than it can', () => {
  const bucket = new TokenBucket(1000, 500, 0)

  bucket.take(500, 1_000_000)
  assert.equal(bucket.availableAt(1_000_000), 1_000_001)
})
