import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../core/clock.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Waiting } from './waiting.ts'

test('work that ends in time has its own outcome, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const waiting = new Waiting(clock)
  const late = (): Error => new Error('late')

  assert.equal(await clock.run(waiting.within(10, late, async signal => { await sleep(clock, 9, signal); return 'done' })), 'done')
  await assert.rejects(waiting.within(10, late, async () => { throw new RangeError('no') }), RangeError)
  assert.equal(clock.pending, 0)
})

test('work that takes too long ends with what is said of it', async () => {
  const clock = new VirtualClock()
  const waiting = new Waiting(clock)

  await assert.rejects(clock.run(waiting.within(10, () => new RangeError('late'), async signal => { await sleep(clock, 11, signal) })), RangeError)
  assert.equal(clock.now(), 10)
  assert.equal(clock.pending, 0)
})

test('stopping ends all that is being waited for, and no timer is left at once', async () => {
  const clock = new VirtualClock()
  const waiting = new Waiting(clock)
  const waits = [waiting.pause(50), waiting.within(70, () => new Error('late'), async signal => { await sleep(clock, 60, signal) })]

  waiting.stop(new RangeError('stop'))
  assert.equal(clock.pending, 0)

  for (const wait of waits) {
    await assert.rejects(wait, RangeError)
  }

  await clock.run(waiting.pause(5))
  assert.equal(clock.now(), 5)
})
