import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../core/random.ts'
import { fixed, internetLatency, mixture, normal, uniform } from './distributions.ts'
import type { Distribution } from './distributions.ts'

const DRAWS = 10_000

function draw (distribution: Distribution, count: number = DRAWS): number[] {
  const random = new SeededRandom(3)

  return Array.from({ length: count }, () => distribution.draw(random))
}

function mean (values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation (values: readonly number[]): number {
  const middle = mean(values)

  return Math.sqrt(mean(values.map(value => (value - middle) * (value - middle))))
}

test('a fixed value is what it is, and costs no draw', () => {
  const random = new SeededRandom(1)
  fixed(7).draw(random)
  assert.equal(random.int(1000), new SeededRandom(1).int(1000))
  assert.deepEqual(draw(fixed(7), 2), [7, 7])
})

test('uniform draws stay within their bounds and reach all parts', () => {
  const drawn = draw(uniform(10, 20))
  assert.ok(drawn.every(value => value >= 10 && value < 20))
  assert.ok(Math.abs(mean(drawn) - 15) < 0.1)
  assert.ok(Math.min(...drawn) < 10.1 && Math.max(...drawn) > 19.9)
})

test('normal draws have their mean and deviation, and none is below the least', () => {
  const drawn = draw(normal(60, 20))
  assert.ok(Math.abs(mean(drawn) - 60) < 1)
  assert.ok(Math.abs(deviation(drawn) - 20) < 0.5)
  assert.ok(drawn.filter(value => Math.abs(value - 60) < 20).length / DRAWS > 0.66)
  assert.ok(draw(normal(1, 20)).every(value => value >= 0))
  assert.ok(draw(normal(1, 20, 0.5)).every(value => value >= 0.5))
})

test('the parts of a mixture come as often as their weights say', () => {
  const drawn = draw(mixture([1, fixed(1)], [3, fixed(3)], [0, fixed(0)]))
  assert.ok(Math.abs(drawn.filter(value => value === 1).length / DRAWS - 0.25) < 0.02)
  assert.ok(!drawn.includes(0))
})

test('latencies of the internet come in three clusters', () => {
  const drawn = draw(internetLatency())
  const share = (least: number, most: number): number => drawn.filter(value => value >= least && value < most).length / DRAWS

  assert.ok(Math.abs(share(0, 130) - 0.4) < 0.02)
  assert.ok(Math.abs(share(130, 500) - 0.3) < 0.02)
  assert.ok(Math.abs(share(500, 2000) - 0.3) < 0.02)
  assert.ok(draw(internetLatency({ latencies: [5, 6, 7], shares: [100, 0, 0], deviation: 0 })).every(value => value === 5))
})
