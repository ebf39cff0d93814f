import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Unreachable } from './unreachable.ts'

test('who could not be dialled is left alone for half a minute, then for twice as long each time, at most ten', () => {
  const unreachable = new Unreachable()
  let now = 0

  for (const rest of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    unreachable.failed('a', now)
    assert.equal(unreachable.has('a', now + rest - 1), true)
    now += rest
    assert.equal(unreachable.has('a', now), false)
  }

  unreachable.failed('a', now)
  unreachable.reached('a')
  assert.equal(unreachable.has('a', now), false)
  unreachable.failed('a', now)
  assert.equal(unreachable.has('a', now + 30_000), false)
})

test('1024 are remembered; one more, and who was dialled the longest ago is forgotten', () => {
  const unreachable = new Unreachable()

  for (let i = 0; i < 1024; i++) {
    unreachable.failed(String(i), 0)
  }

  unreachable.failed('0', 0)
  assert.equal(unreachable.size, 1024)
  unreachable.failed('1024', 0)
  assert.equal(unreachable.size, 1024)
  assert.deepEqual(['0', '1', '2', '1024'].map(key => unreachable.has(key, 0)), [true, false, true, true])
})
