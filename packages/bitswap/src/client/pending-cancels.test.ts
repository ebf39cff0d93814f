import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks } from '../testing/random-blocks.ts'
import { PendingCancels } from './pending-cancels.ts'

const [{ cid: one }, { cid: other }] = await randomBlocks(2, { size: 8 })

test('64 cancels wait for company; with one more none waits any longer', () => {
  const cancels = new PendingCancels()

  for (let i = 0; i < 64; i++) {
    cancels.add(String(i), one, true)
  }

  assert.deepEqual([cancels.isDue, cancels.isWaiting], [false, true])
  cancels.add('64', one, true)
  assert.deepEqual([cancels.isDue, cancels.isWaiting], [true, false])
  assert.equal(cancels.take(() => true).length, 65)
  assert.deepEqual([cancels.isDue, cancels.isWaiting], [false, false])
})

test('a cancel waits only if no other of the same block is due', () => {
  const cancels = new PendingCancels()

  cancels.add('a', one)
  cancels.add('a', other, true)
  assert.deepEqual([cancels.isDue, cancels.isWaiting], [true, false])

  cancels.delete('a')
  cancels.add('a', one, true)
  cancels.add('a', other)
  assert.deepEqual([cancels.isDue, cancels.isWaiting], [true, false])
  cancels.delete('a')
  cancels.add('a', one, true)
  cancels.delete('a')
  assert.deepEqual([cancels.isDue, cancels.isWaiting], [false, false])
})
