import assert from 'node:assert/strict'
import test from 'node:test'
import { Durations } from './durations.ts'
import { SeededRandom } from './random.ts'

test('of nothing all is zero', () => {
  assert.deepEqual(new Durations().summary, { count: 0, total: 0, longest: 0, median: 0, percentile99: 0 })
})

test('of one it is known exactly, however long it took', () => {
  for (const duration of [0, 0.001, 0.07, 1, 1234.5, 1e12]) {
    const durations = new Durations()
    durations.add(duration)
    assert.deepEqual(durations.summary, { count: 1, total: duration, longest: duration, median: durations.summary.median, percentile99: durations.summary.median })
    assert.ok(durations.summary.median <= duration)
  }
})

test('what took less than no time took none', () => {
  const durations = new Durations()
  durations.add(-3)
  assert.deepEqual(durations.summary, { count: 1, total: 0, longest: 0, median: 0, percentile99: 0 })
})

test('the median and the 99th percentile are at most 41 % over what they are, and never under it', () => {
  const random = new SeededRandom(7)

  for (let round = 0; round < 50; round++) {
    const durations = new Durations()
    const list = Array.from({ length: 1 + random.int(500) }, () => random.int(1e6) / (1 + random.int(1e6))).sort((a, b) => a - b)
    list.forEach(duration => { durations.add(duration) })

    for (const [share, found] of [[0.5, durations.summary.median], [0.99, durations.summary.percentile99]] as const) {
      const exact = list[Math.ceil(share * list.length) - 1] ?? Number.NaN
      assert.ok(found >= exact * 0.999999 && found <= exact * Math.SQRT2 * 1.000001, `${found} for ${exact}`)
    }
  }
})
