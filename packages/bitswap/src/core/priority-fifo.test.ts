import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PriorityFifo } from './priority-fifo.ts'

const any = (): 'take' => 'take'

test('higher priorities come first, and within one what was put in first', () => {
  const queue = new PriorityFifo<string>()

  queue.push('b1', 1)
  queue.push('a1', 5)
  queue.push('b2', 1)
  queue.push('c1', -3)
  queue.push('a2', 5)

  assert.equal(queue.size, 5)
  assert.deepEqual(Array.from({ length: 6 }, () => queue.take(any, 0)), ['a1', 'a2', 'b1', 'b2', 'c1', undefined])
  assert.equal(queue.size, 0)
})

test('items that are skipped keep their places, items that are dropped are gone', () => {
  const queue = new PriorityFifo<number>()

  for (let i = 0; i < 6; i++) {
    queue.push(i, i < 3 ? 2 : 1)
  }

  // 0 and 1 are skipped, 2 dropped, 3 skipped, 4 taken
  assert.equal(queue.take(i => i === 2 ? 'drop' : i === 4 ? 'take' : 'skip', 32), 4)
  assert.equal(queue.size, 4)
  assert.deepEqual(queue.drain(), [0, 1, 3, 5])
  assert.equal(queue.size, 0)
})

test('no more items are looked past than allowed', () => {
  const queue = new PriorityFifo<number>()

  for (let i = 0; i < 10; i++) {
    queue.push(i, 1)
  }

  assert.equal(queue.take(i => i === 3 ? 'take' : 'skip', 2), undefined)
  assert.equal(queue.take(i => i === 3 ? 'take' : 'skip', 3), 3)
})

test('a long life does not make it grow', () => {
  const queue = new PriorityFifo<number>()

  queue.push(-1, 1)

  for (let i = 0; i < 10_000; i++) {
    queue.push(i, 1)
    assert.equal(queue.take(any, 0), i - 1)
  }

  assert.equal(queue.size, 1)
})
