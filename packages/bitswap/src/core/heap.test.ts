import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Heap } from './heap.ts'
import { SeededRandom } from './random.ts'

test('a heap hands out its items least first', () => {
  const random = new SeededRandom(1)
  const heap = new Heap<number>((a, b) => a < b)
  const items = Array.from({ length: 500 }, () => random.int(100))

  items.forEach(item => { heap.push(item) })
  assert.equal(heap.size, 500)
  assert.equal(heap.peek(), Math.min(...items))

  const out = Array.from(items, () => heap.pop())

  assert.deepEqual(out, items.toSorted((a, b) => a - b))
  assert.equal(heap.pop(), undefined)
  assert.equal(heap.size, 0)
})
