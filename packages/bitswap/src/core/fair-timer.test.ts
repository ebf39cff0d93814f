import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { NodeClock } from '../testing/wire/node-clock.ts'
import { fairTimer } from './fair-timer.ts'

test('a deadline that passed while nothing could run is granted once more, and only once', async () => {
  const base = new VirtualClock()
  const clock = new NodeClock(base)
  let ended = 0

  fairTimer(clock, 1000, () => { ended++ })
  clock.jump(60_000)
  await base.advance(999)
  assert.equal(ended, 0)
  clock.jump(60_000)
  await base.advance(0)
  assert.equal(ended, 1)
})

test('a deadline that is seen in time is one, and one that is cancelled is none', async () => {
  const base = new VirtualClock()
  const clock = new NodeClock(base)
  let ended = 0

  fairTimer(clock, 1000, () => { ended++ })
  clock.jump(1100) // not much
  await base.advance(0)
  assert.equal(ended, 1)

  const cancels = [fairTimer(clock, 1000, () => { ended++ }), fairTimer(clock, 1000, () => { ended++ })]

  cancels[0]?.()
  clock.jump(60_000)
  await base.advance(0)
  cancels[1]?.()
  await base.advance(10_000)
  assert.deepEqual([ended, clock.pending], [1, 0])
})
