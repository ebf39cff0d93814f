import assert from 'node:assert/strict'
import test from 'node:test'
import { settled } from '../../test/support/serving.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { NodeClock } from '../testing/wire/node-clock.ts'
import { StoreTimeoutError } from './errors.ts'
import { OVERDUE, StoreGate } from './store-gate.ts'
import type { Failed } from './store-gate.ts'
import { createServerStats } from './stats.ts'

interface Slow {
  began: boolean
  signal: AbortSignal | undefined
  result: string | Failed | undefined
  finish (value: string): void
}

/** An operation that ends when the test says so. */
function slow (gate: StoreGate, line: string = 'a', gaveWay?: () => void): Slow {
  const { promise, resolve } = Promise.withResolvers<string>()
  const operation: Slow = { began: false, signal: undefined, result: undefined, finish: resolve }
  const result = gate.run<string>(async signal => {
    operation.began = true
    operation.signal = signal

    return await promise
  }, line, gaveWay)

  assert.ok(result instanceof Promise)
  result.then(value => { operation.result = value }, (error: unknown) => { throw error })

  return operation
}

test('what is answered at once comes back at once, however many there are', () => {
  const gate = new StoreGate(new VirtualClock(), createServerStats(), { maxConcurrent: 1, timeout: 100 })

  assert.equal(gate.run(() => 'a', 'a'), 'a')
  assert.equal(gate.run(() => 'b', 'a'), 'b')
})

test('so many run at once as it was told; one more waits for its turn', async () => {
  const gate = new StoreGate(new VirtualClock(), createServerStats(), { maxConcurrent: 2, timeout: 100 })
  const [first, second, third, fourth] = [slow(gate), slow(gate), slow(gate), slow(gate)]

  assert.deepEqual([first, second, third, fourth].map(({ began }) => began), [true, true, false, false])
  second.finish('done')
  await settled()

  assert.equal(second.result, 'done')
  assert.deepEqual([third.began, fourth.began], [true, false])
  assert.equal(gate.running, 2)
})

test('whoever comes while others wait goes to the end of the line, even if it would be answered at once', async () => {
  const gate = new StoreGate(new VirtualClock(), createServerStats(), { maxConcurrent: 1, timeout: 100 })
  const first = slow(gate)
  const second = slow(gate)
  const third = gate.run(() => 'third', 'a')

  assert.ok(third instanceof Promise)
  first.finish('first')
  await settled()
  assert.ok(second.began)
  second.finish('second')

  assert.equal(await third, 'third')
})

test('lines take turns: a long one holds up nobody but itself', async () => {
  const gate = new StoreGate(new VirtualClock(), createServerStats(), { maxConcurrent: 1, timeout: 100 })
  const long = Array.from({ length: 5 }, () => slow(gate, 'long'))
  const other = [slow(gate, 'short'), slow(gate, 'short')]
  const order: string[] = []
  const all = [...long, ...other]
  const isAtWork = ({ began, result }: Slow): boolean => began && result == null

  for (let next = all.find(isAtWork); next != null; next = all.find(isAtWork)) {
    order.push(long.includes(next) ? 'long' : 'short')
    next.finish('done')
    await settled()
  }

  assert.deepEqual(order, ['long', 'long', 'short', 'long', 'short', 'long', 'long'])
})

test('an operation that takes too long counts as failed, and gives its place to the next', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 1, timeout: 100 })
  const [stuck, next] = [slow(gate), slow(gate)]

  await clock.advance(99)
  assert.equal(stuck.result, undefined)
  await clock.advance(1)
  assert.deepEqual(stuck.result, { status: 'failed', error: new StoreTimeoutError(100) })
  assert.ok(next.began)
  assert.deepEqual([stuck.signal?.reason, next.signal?.aborted], [new StoreTimeoutError(100), false])

  await clock.advance(50)
  stuck.finish('too late')
  next.finish('in time')
  await settled()
  assert.equal(next.result, 'in time')
  assert.equal(clock.pending, 0)
})

test('a store that sometimes answers at once is aborted as well when it does not', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 9, timeout: 100 })

  slow(gate)
  assert.equal(gate.run(() => 'cached', 'a'), 'cached')
  const stuck = slow(gate)
  await clock.advance(100)
  assert.deepEqual(stuck.signal?.reason, new StoreTimeoutError(100))
})

test('each operation has its own time, though there is one timer', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 9, timeout: 100 })
  const early = slow(gate)

  await clock.advance(60)
  const late = slow(gate)

  assert.equal(clock.pending, 1)
  await clock.advance(40)
  assert.deepEqual([early.result != null, late.result != null], [true, false])
  await clock.advance(60)
  assert.ok(late.result != null)
})

test('an operation that rejects has failed', async () => {
  const gate = new StoreGate(new VirtualClock(), createServerStats(), { maxConcurrent: 1, timeout: 100 })
  const error = new Error('no disk')

  assert.deepEqual(await gate.run(async () => { throw error }, 'a'), { status: 'failed', error })
})

test('stopping aborts what runs and what waits, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 1, timeout: 100 })
  const [running, waiting] = [slow(gate), slow(gate)]
  const reason = new Error('stopped')

  gate.stop(reason)
  await settled()

  assert.deepEqual(running.result, { status: 'failed', error: reason })
  assert.deepEqual(waiting.result, { status: 'failed', error: reason })
  assert.equal(running.signal?.reason, reason)
  assert.ok(!waiting.began)
  assert.deepEqual(gate.run(() => 'late', 'a'), { status: 'failed', error: reason })
  assert.equal(clock.pending, 0)
})

test('what takes longer than a second gives its place to the next, is told so once, and may end all the same', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 2, timeout: 30_000 })
  let gaveWay = 0
  const [stuck, other, next, last] = [slow(gate, 'a', () => { gaveWay++ }), slow(gate), slow(gate), slow(gate)]

  await clock.advance(500)
  other.finish('in time')
  await clock.advance(OVERDUE - 501)
  assert.deepEqual([next.began, last.began, gate.running, gate.overdue, gaveWay], [true, false, 2, 0, 0])
  await clock.advance(1)
  assert.deepEqual([last.began, gate.running, gate.overdue, gaveWay, stuck.result], [true, 2, 1, 1, undefined])
  stuck.finish('late')
  next.finish('next')
  last.finish('last')
  await settled()
  assert.deepEqual([stuck.result, gate.running, gate.overdue, gaveWay, clock.pending], ['late', 0, 0, 1, 0])
})

test('as many as there are places may be without one; the next keep theirs until one of those ends', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 2, timeout: 30_000 })
  const [first, second] = [slow(gate), slow(gate)]

  await clock.advance(OVERDUE)
  const [third] = [slow(gate), slow(gate)]
  await clock.advance(500)
  const waits = slow(gate)
  await clock.advance(OVERDUE)
  assert.deepEqual([gate.running, gate.overdue, waits.began], [2, 2, false])
  first.finish('done')
  await settled()
  assert.deepEqual([gate.running, gate.overdue, waits.began], [2, 2, true])

  // one that is not overdue yet when there is room for it gives its place up in time
  third.finish('done')
  second.finish('done')
  await settled()
  await clock.advance(OVERDUE)
  assert.deepEqual([gate.running, gate.overdue], [0, 2])
})

test('what has no place is aborted when its time is over, or the gate is stopped', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 1, timeout: 3000 })
  const late = slow(gate)

  await clock.advance(2000)
  const later = slow(gate)
  await clock.advance(999)
  assert.equal(late.result, undefined)
  await clock.advance(1)
  assert.deepEqual(late.result, { status: 'failed', error: new StoreTimeoutError(3000) })
  await clock.advance(1000)
  assert.deepEqual([gate.running, gate.overdue], [0, 1])
  const reason = new Error('stopped')
  gate.stop(reason)
  await settled()
  assert.deepEqual([later.result, later.signal?.reason, clock.pending], [{ status: 'failed', error: reason }, reason, 0])
})

test('what a sleeping machine kept waiting has its second once more', async () => {
  const base = new VirtualClock()
  const clock = new NodeClock(base)
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 1, timeout: 30_000 })

  slow(gate)
  clock.jump(5000)
  await base.advance(0)
  assert.equal(gate.overdue, 0)
  await base.advance(OVERDUE)
  assert.equal(gate.overdue, 1)
})

test('what begins while others are without a place gives its own up as early', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, createServerStats(), { maxConcurrent: 2, timeout: 30_000 })

  slow(gate)
  await clock.advance(OVERDUE + 1)
  slow(gate)
  await clock.advance(OVERDUE)
  assert.deepEqual([gate.running, gate.overdue], [0, 2])
})
