import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnaskedBlocks } from './unasked-blocks.ts'

const OPTIONS = { maxUnaskedBlocks: 10, maxUnaskedBytes: 1000, unaskedRecovery: 10_000 }

test('as many blocks as allowed are within the budget, one more is not', () => {
  const blocks = new UnaskedBlocks(OPTIONS)

  for (let i = 0; i < 10; i++) {
    assert.equal(blocks.charge('a', 1, 0), false, `block ${i}`)
  }

  assert.equal(blocks.charge('a', 1, 0), true)
  assert.equal(blocks.charge('b', 1, 0), false, 'each peer has its own')
})

test('as many bytes as allowed are within the budget, one more is not', () => {
  const blocks = new UnaskedBlocks(OPTIONS)

  assert.equal(blocks.charge('a', 1000, 0), false)
  assert.equal(blocks.charge('a', 1, 0), true)
  assert.equal(new UnaskedBlocks(OPTIONS).charge('a', 1001, 0), true)
})

test('a little is forgiven all the time, and all in the time set for it', () => {
  const blocks = new UnaskedBlocks(OPTIONS)

  for (let i = 0; i < 100; i++) {
    assert.equal(blocks.charge('a', 100, i * 1000), false, 'as fast as it is forgiven')
  }

  assert.equal(blocks.charge('b', 5_000_000, 200_000), true)
  assert.equal(blocks.charge('b', 1, 200_000), true)
  assert.equal(blocks.charge('b', 999, 210_000), false, 'however much it was')
})

test('accounts are forgotten when all is forgiven, and over the limit the oldest', () => {
  const blocks = new UnaskedBlocks(OPTIONS)

  blocks.charge('a', 1000, 0)

  for (let i = 1; i < 1024; i++) {
    blocks.charge(`${i}`, 1, 1)
  }

  assert.equal(blocks.charge('a', 1, 1), true)
  blocks.charge('one more', 1, 1)
  assert.equal(blocks.size, 1024)
  assert.equal(blocks.charge('a', 1, 1), true, 'it was charged after others were')
  blocks.charge('later', 1, 10_001)
  assert.equal(blocks.size, 1)
})
