import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from './random.ts'
import { RecentMap } from './recent-map.ts'

test('a value is remembered, be it 0', () => {
  const map = new RecentMap<string, number>(10)

  map.set('a', 0)
  assert.equal(map.get('a'), 0)
  assert.equal(map.get('b'), undefined)
})

test('no more than it was told are remembered; those asked for or set lately are among them', () => {
  const map = new RecentMap<string, number>(2)

  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.equal(map.get('b'), undefined)
  assert.deepEqual([map.get('a'), map.get('c')], [1, 3])
})

test('with room for fewer than two nothing is remembered', () => {
  for (const capacity of [0, 1]) {
    const map = new RecentMap<string, number>(capacity)

    map.set('a', 1)
    assert.deepEqual([map.get('a'), map.size], [undefined, 0])
  }
})

test('of the last half that were touched each is known by its last value, and there are never more than all', () => {
  const random = new SeededRandom(5)
  const map = new RecentMap<number, number>(20)
  let touched: Array<[key: number, value: number]> = []

  for (let step = 0; step < 10_000; step++) {
    const key = random.int(60)
    const known = touched.find(([each]) => each === key)
    const value = random.int(2) === 0 || known == null ? step : known[1]

    if (value === known?.[1]) {
      assert.equal(map.get(key), value)
    } else {
      map.set(key, value)
    }

    touched = [[key, value] as [number, number], ...touched.filter(([each]) => each !== key)].slice(0, 10)
    assert.ok(map.size <= 20)
  }

  assert.deepEqual(touched.map(([key]) => map.get(key)), touched.map(([, value]) => value))
})
