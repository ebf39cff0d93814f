import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from './random.ts'
import { SmallSet } from './small-set.ts'

test('it is as a set is, whatever is done to it, small and large', () => {
  const random = new SeededRandom(1)

  for (const range of [3, 16, 17, 50]) {
    const [small, set] = [new SmallSet<number>(), new Set<number>()]

    for (let i = 0; i < 2000; i++) {
      const item = random.int(range)

      if (random.int(range * 20) === 0) {
        small.clear()
        set.clear()
      } else if (random.int(2) === 0) {
        assert.equal(small.add(item), small)
        set.add(item)
      } else {
        assert.equal(small.delete(item), set.delete(item))
      }

      assert.equal(small.size, set.size)
      assert.equal(small.has(item), set.has(item))
      assert.deepEqual([...small], [...set])
    }
  }
})

test('what is deleted while it is gone through takes nothing away from the rest', () => {
  const set = new SmallSet<number>()
  const seen: number[] = []

  for (const item of [1, 2, 3]) {
    set.add(item)
  }

  for (const item of set) {
    seen.push(item)
    set.delete(item)
  }

  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(set.size, 0)
})
