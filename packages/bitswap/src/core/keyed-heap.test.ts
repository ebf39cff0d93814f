import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectGarbage } from '../../test/support/collect-garbage.ts'
import { KeyedHeap } from './keyed-heap.ts'
import { SeededRandom } from './random.ts'

test('whatever is put in, replaced and taken out, the least that is left comes first', () => {
  const random = new SeededRandom(3)
  const heap = new KeyedHeap<number, number>((a, b) => a < b)
  const values = new Map<number, number>()

  for (let step = 0; step < 20_000; step++) {
    const key = random.int(200)

    if (random.int(3) === 0) {
      assert.equal(heap.delete(key), values.get(key))
      values.delete(key)
    } else {
      const value = random.int(1_000_000)
      heap.set(key, value)
      values.set(key, value)
    }

    const least = values.size === 0 ? undefined : Math.min(...values.values())
    assert.equal(heap.peekValue(), least)
    assert.equal(heap.size, values.size)
    assert.equal(heap.has(key), values.has(key))
    assert.equal(heap.get(key), values.get(key))
    const first = heap.peek()
    assert.equal(first == null ? undefined : values.get(first), least)
  }

  heap.clear()
  assert.deepEqual([heap.size, heap.peek(), heap.peekValue(), heap.get(1)], [0, undefined, undefined, undefined])
})

test('what was replaced is compared no more, however often that happens', () => {
  let compared = 0
  const heap = new KeyedHeap<string, number>((a, b) => {
    compared++

    return a < b
  })

  heap.set('first', -1)

  for (let value = 100_000; value > 0; value--) {
    heap.set('second', value) // less each time: it would rise to the top of a heap that keeps all
  }

  assert.ok(compared < 100_000 * 8, `${compared}`)
  heap.delete('first')
  const before = compared
  assert.equal(heap.peek(), 'second')
  assert.ok(compared - before < 1000, `${compared - before} to find the next`)
})

test('one that is empty keeps nothing of what was in it', async () => {
  const heap = new KeyedHeap<object, number>((a, b) => a < b)
  const kept: Array<WeakRef<object>> = []

  ;(() => {
    const keys = [{}, {}]
    keys.forEach((key, index) => {
      heap.set(key, index)
      kept.push(new WeakRef(key))
    })
    keys.forEach(key => { heap.delete(key) })
  })()
  await collectGarbage()
  assert.deepEqual(kept.map(reference => reference.deref()), [undefined, undefined])
  assert.equal(heap.size, 0)
})
