import assert from 'node:assert/strict'
import test from 'node:test'
import { settled } from '../../test/support/serving.ts'
import { Durations } from '../core/durations.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { StoreTimeoutError } from './errors.ts'
import { StoreGate } from './store-gate.ts'
import type { Failed } from './store-gate.ts'

interface Slow {
  began: boolean
  signal: AbortSignal | undefined
  result: string | Failed | undefined
  finish (value: string): void
}

/** An operation that ends when the test says so. */
function slow (gate: StoreGate, line: string = 'a'): Slow {
  const { promise, resolve } = Promise.withResolvers<string>()
  const operation: Slow = { began: false, signal: undefined, result: undefined, finish: resolve }
  const result = gate.run<string>(async signal => {
    operation.began = true
    operation.signal = signal

    return await promise
  }, line)

  assert.ok(result instanceof Promise)
  result.then(value => { operation.result = value }, (error: unknown) => { throw error })

  return operation
}

test('what is answered at once comes back at once, however many there are', () => {
  const gate = new StoreGate(new VirtualClock(), new Durations(), { maxConcurrent: 1, timeout: 100 })

  assert.equal(gate.run(() => 'a', 'a'), 'a')
  assert.equal(gate.run(() => 'b', 'a'), 'b')
})

test('so many run at once as it was told; one more waits for its turn', async () => {
  const gate = new StoreGate(new VirtualClock(), new Durations(), { maxConcurrent: 2, timeout: 100 })
  const [first, second, third, fourth] = [slow(gate), slow(gate), slow(gate), slow(gate)]

  assert.deepEqual([first, second, third, fourth].map(({ began }) => began), [true, true, false, false])
  second.finish('done')
  await settled()

  assert.equal(second.result, 'done')
  assert.deepEqual([third.began, fourth.began], [true, false])
  assert.equal(gate.running, 2)
})

test('whoever comes while others wait goes to the end of the line, even if it would be answered at once', async () => {
  const gate = new StoreGate(new VirtualClock(), new Durations(), { maxConcurrent: 1, timeout: 100 })
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
  const gate = new StoreGate(new VirtualClock(), new Durations(), { maxConcurrent: 1, timeout: 100 })
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
  const gate = new StoreGate(clock, new Durations(), { maxConcurrent: 1, timeout: 100 })
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
  const gate = new StoreGate(clock, new Durations(), { maxConcurrent: 9, timeout: 100 })

  slow(gate)
  assert.equal(gate.run(() => 'cached', 'a'), 'cached')
  const stuck = slow(gate)
  await clock.advance(100)
  assert.deepEqual(stuck.signal?.reason, new StoreTimeoutError(100))
})

test('each operation has its own time, though there is one timer', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, new Durations(), { maxConcurrent: 9, timeout: 100 })
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
  const gate = new StoreGate(new VirtualClock(), new Durations(), { maxConcurrent: 1, timeout: 100 })
  const error = new Error('no disk')

  assert.deepEqual(await gate.run(async () => { throw error }, 'a'), { status: 'failed', error })
})

test('stopping aborts what runs and what waits, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const gate = new StoreGate(clock, new Durations(), { maxConcurrent: 1, timeout: 100 })
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
