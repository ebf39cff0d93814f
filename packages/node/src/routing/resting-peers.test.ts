import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestingPeers } from './resting-peers.ts'

test('who could not be dialled is left alone for longer each time, up to ten minutes', () => {
  const resting = new RestingPeers()
  let now = 0

  for (const rest of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    resting.failed('a', now)
    assert.equal(resting.has('a', now + rest - 1), true)
    now += rest
    assert.equal(resting.has('a', now), false)
  }

  resting.reached('a')
  resting.failed('a', now)
  assert.equal(resting.has('a', now + 30_000), false)
})

test('256 are remembered, those that failed last', () => {
  const resting = new RestingPeers()

  for (let i = 0; i < 257; i++) {
    resting.failed(String(i), 0)
  }

  assert.deepEqual([resting.size, resting.has('0', 1), resting.has('1', 1), resting.has('256', 1)], [256, false, true, true])
})
