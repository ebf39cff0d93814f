import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { OpenCalls } from './open-calls.ts'

/** Work that ends only with its signal, and then with an error of its own. */
const endless = async ({ signal }: AbortController): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => { reject(new Error('interrupted')) })

  await promise
}

test('calls are taken only while open', async () => {
  const calls = new OpenCalls()

  await assert.rejects(calls.run({}, async () => 1), { name: 'NotStartedError' })
  calls.open()
  assert.equal(await calls.run({}, async () => 1), 1)
  calls.close(new Error('over'))
  await assert.rejects(calls.run({}, async () => 1), { name: 'NotStartedError' })
  calls.open()
  assert.equal(await calls.run({}, async () => 2), 2)
})

test('closing ends all calls with its reason', async () => {
  const calls = new OpenCalls()
  const reason = new RangeError('over')

  calls.open()
  const running = [calls.run({}, endless), calls.run({}, endless)]
  calls.close(reason)

  for (const call of running) {
    await assert.rejects(call, reason)
  }
})

test('a call rejects with the reason of its own signal and leaves no listener on it', async () => {
  const calls = new OpenCalls()
  const controller = new AbortController()
  const reason = new RangeError('no time')

  calls.open()
  assert.equal(await calls.run({ signal: controller.signal }, async () => 1), 1)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)

  const running = calls.run({ signal: controller.signal }, endless)
  controller.abort(reason)
  await assert.rejects(running, reason)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  await assert.rejects(calls.run({ signal: controller.signal }, async () => 1), reason)
})

test('an error of the work that nobody caused passes as it is', async () => {
  const calls = new OpenCalls()
  const error = new TypeError('mine')

  calls.open()
  await assert.rejects(calls.run({}, async () => { throw error }), error)
})
