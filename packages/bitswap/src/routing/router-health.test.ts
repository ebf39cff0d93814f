import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouterHealth } from './router-health.ts'

const OPTIONS = { maxFailures: 2, rest: 100, maxRest: 350 }

function leftOut (): RouterHealth {
  const health = new RouterHealth(OPTIONS)

  assert.deepEqual([health.failed(0), health.failed(0)], [false, true])

  return health
}

test('who fails as often as it may, one after the other, is left out; success in between forgives all', () => {
  const health = new RouterHealth(OPTIONS)

  assert.equal(health.failed(0), false)
  assert.equal(health.take(0), true)
  assert.equal(health.succeeded(), false)
  assert.equal(health.failed(0), false)
  assert.equal(health.take(0), true)
  assert.equal(health.failed(0), true)
  assert.deepEqual([health.take(0), health.take(99), health.isLeftOut, health.restAt(40)], [false, false, true, 60])
})

test('when the rest is over one call finds out, and others wait for it', () => {
  const health = leftOut()

  assert.deepEqual([health.take(100), health.take(100)], [true, false])
  assert.equal(health.succeeded(), true)
  assert.deepEqual([health.take(100), health.take(100), health.isLeftOut], [true, true, false])
})

test('each time it fails again the rest is twice as long, up to the most', () => {
  const health = leftOut()
  const rests: number[] = []

  for (let now = 100; rests.length < 3; now += rests.at(-1) as number) {
    assert.equal(health.take(now), true)
    assert.equal(health.failed(now), false)
    rests.push(health.restAt(now))
  }

  assert.deepEqual(rests, [200, 350, 350])
})

test('a call that tells nothing lets another find out', () => {
  const health = leftOut()

  assert.equal(health.take(100), true)
  health.abandoned()
  assert.equal(health.take(100), true)
})

test('who says when to come back is left out at once, and until then, up to an hour', () => {
  const health = new RouterHealth(OPTIONS)

  assert.equal(health.failed(0, 5_000), true)
  assert.deepEqual([health.take(4_999), health.take(5_000)], [false, true])
  health.failed(5_000, 1e9)
  assert.deepEqual([health.take(3_604_999), health.take(3_605_000)], [false, true])
})

test('what fails that was asked before it was left out makes it no longer', () => {
  const health = leftOut()

  assert.equal(health.failed(50), false)
  assert.equal(health.restAt(50), 50)
})
