import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../core/clock.ts'
import { ClockStalledError, VirtualClock } from './virtual-clock.ts'

/** Calls back when so many promise callbacks have led to it. */
async function inMicrotasks (depth: number, callback: () => void): Promise<void> {
  for (let i = 0; i < depth; i++) {
    await Promise.resolve()
  }

  callback()
}

test('time stands still until it is driven, and then moves to each timer in turn', async () => {
  const clock = new VirtualClock()
  const seen: Array<[string, number]> = []

  clock.timer(20, () => { seen.push(['second', clock.now()]) })
  clock.timer(10, () => { seen.push(['first', clock.now()]) })
  await Promise.resolve()
  assert.equal(clock.now(), 0)
  assert.deepEqual(seen, [])

  await clock.run()
  assert.deepEqual(seen, [['first', 10], ['second', 20]])
  assert.equal(clock.now(), 20)
  assert.equal(clock.pending, 0)
})

test('in one instant promises run before timers, timers before soon, each in the order they were set', async () => {
  const clock = new VirtualClock()
  const order: string[] = []
  const promises: Array<Promise<void>> = []

  clock.soon(() => {
    order.push('soon 1')
    promises.push(inMicrotasks(1, () => { order.push('promise of soon 1') }))
  })
  clock.soon(() => { order.push('soon 2') })
  clock.timer(0, () => { order.push('timer 1') })
  clock.timer(0, () => { order.push('timer 2') })
  promises.push(inMicrotasks(3, () => { order.push('promise') }))
  clock.timer(1, () => { order.push('later') })

  await clock.run()
  assert.deepEqual(order, ['promise', 'timer 1', 'timer 2', 'soon 1', 'promise of soon 1', 'soon 2', 'later'])
  await Promise.all(promises)
})

test('what is cancelled does not run, and cancelling twice or too late is harmless', async () => {
  const clock = new VirtualClock()
  let ran = 0

  const cancelTimer = clock.timer(5, () => { ran++ })
  const cancelSoon = clock.soon(() => { ran++ })
  const cancelLate = clock.timer(1, () => { ran += 10 })
  cancelTimer()
  cancelTimer()
  cancelSoon()
  assert.equal(clock.pending, 1)

  await clock.run()
  cancelLate()
  assert.equal(ran, 10)
})

test('a run until a promise has its outcome, and stops in that instant', async () => {
  const clock = new VirtualClock()
  clock.timer(1_000, () => { assert.fail('ran past its condition') })

  assert.equal(await clock.run(sleep(clock, 30).then(() => 'slept')), 'slept')
  assert.equal(clock.now(), 30)
  await assert.rejects(clock.run(sleep(clock, 5).then(() => { throw new RangeError('no') })), RangeError)
  assert.equal(clock.now(), 35)
})

test('a run until a condition stops at the step that meets it', async () => {
  const clock = new VirtualClock()
  let count = 0
  const again = (): void => {
    count++
    clock.timer(10, again)
  }
  again()

  assert.equal(await clock.run(() => count === 4), undefined)
  assert.equal(clock.now(), 30)
})

test('advance runs what is due up to that time, and no further', async () => {
  const clock = new VirtualClock()
  const seen: number[] = []

  for (const delay of [10, 20, 21]) {
    clock.timer(delay, () => { seen.push(delay) })
  }

  await clock.advance(20)
  assert.deepEqual(seen, [10, 20])
  assert.equal(clock.now(), 20)
  await clock.advance(0.5)
  assert.equal(clock.now(), 20.5)
  assert.equal(clock.pending, 1)
})

test('a condition that nothing can meet ends the run, naming what it waited for', async () => {
  const clock = new VirtualClock()
  const never = new Promise(() => {})

  await assert.rejects(clock.run(never), { name: 'ClockStalledError', message: /the promise was not met and nothing is scheduled/ })
  await assert.rejects(clock.run(() => clock.now() > 5), { name: 'ClockStalledError', message: /clock\.now\(\) > 5/ })
})

test('a condition not met within the limit ends the run, naming what is pending', async () => {
  const clock = new VirtualClock()
  const again = (): void => { clock.timer(100, again) }
  again()

  await assert.rejects(clock.run(() => false, { limit: 1_000 }), (error: ClockStalledError) => {
    assert.equal(error.time, 1_000)
    assert.equal(error.pending, 1)
    assert.match(error.message, /by 1000 ms; pending: 1 timers, the next at 1100 ms/)

    return true
  })
  await assert.rejects(clock.run(undefined, { limit: 1_000 }), { message: /did not come to rest by 2000 ms/ })
})

test('as many steps in one instant as allowed are fine, one more is a loop', async () => {
  const clock = new VirtualClock({ maxStepsPerInstant: 100 })
  let left = 100
  const again = (): void => {
    if (--left > 0) {
      clock.soon(again)
    }
  }
  clock.soon(again)
  await clock.run()

  left = 101
  clock.timer(1, again)
  await assert.rejects(clock.run(), { name: 'ClockStalledError', message: /after 100 steps in one instant; pending: soon/ })
})

test('only one run at a time', async () => {
  const clock = new VirtualClock()
  const first = clock.run()

  await assert.rejects(clock.run(), /running already/)
  await first
})
