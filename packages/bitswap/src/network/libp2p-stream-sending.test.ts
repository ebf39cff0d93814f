import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setupStream, state } from '../../test/stream-setup.ts'

const bytes = (size: number): Uint8Array => new Uint8Array(size)

test('send says when there is no room, takes the bytes all the same, and drained waits for the window', async () => {
  const { fake, stream } = setupStream(10)

  assert.equal(stream.send(bytes(10)), true)
  assert.equal(await state(stream.drained()), 'resolved')
  assert.equal(stream.send(bytes(4)), false)
  assert.equal(stream.unsent, 4)

  const drained = stream.drained()
  assert.equal(await state(drained), 'pending')

  fake.grant(4)
  assert.equal(await state(drained), 'resolved')
  assert.equal(stream.unsent, 0)
})

test('drained waits again each time: a drain that was told does not count for the next', async () => {
  const { fake, stream } = setupStream(0)

  for (let i = 0; i < 3; i++) {
    assert.equal(stream.send(bytes(4)), false)

    const drained = stream.drained()
    assert.equal(await state(drained), 'pending', `round ${i}`)

    fake.grant(4)
    assert.equal(await state(drained), 'resolved', `round ${i}`)
  }
})

test('a drain of the connection does not count for a stream whose window is used up', async () => {
  const { fake, stream } = setupStream(0)

  stream.send(bytes(4))
  const drained = stream.drained()

  // other streams of the connection are busy: each of their drains is told to all
  for (let i = 0; i < 5; i++) {
    fake.connectionDrained()
    assert.equal(await state(drained), 'pending')
  }

  fake.grant(3)
  assert.equal(await state(drained), 'pending', 'a part of it has left')
  assert.equal(stream.unsent, 1)

  fake.grant(1)
  assert.equal(await state(drained), 'resolved')
})

test('a full connection is waited for though nothing of this stream is unsent', async () => {
  const { fake, stream } = setupStream()

  fake.connectionFull()
  const drained = stream.drained()
  assert.equal(await state(drained), 'pending')

  fake.connectionDrained()
  assert.equal(await state(drained), 'resolved')
})

test('drained rejects when the stream ends, with what ended it as the cause', async () => {
  const { fake, stream } = setupStream(0)

  stream.send(bytes(4))
  const drained = stream.drained()
  fake.remoteReset()

  await assert.rejects(drained, (error: Error) => error.name === 'StreamClosedError' && (error.cause as Error).name === 'StreamResetError')
  await assert.rejects(stream.drained(), { name: 'StreamClosedError' })
})

test('drained rejects with the reason of the signal and leaves no listener', async () => {
  const { fake, stream } = setupStream(0)
  const listeners = fake.listeners
  const reason = new RangeError('no time')
  const controller = new AbortController()

  stream.send(bytes(4))

  const waiting = Array.from({ length: 20 }, async () => { await stream.drained({ signal: controller.signal }) })
  assert.equal(fake.listeners, listeners + 2 * waiting.length)

  controller.abort(reason)

  for (const drained of waiting) {
    await assert.rejects(drained, reason)
  }

  await assert.rejects(stream.drained({ signal: controller.signal }), reason)
  assert.equal(fake.listeners, listeners)
})

test('close ends our side when all is sent, and the other side may go on', async () => {
  const { fake, stream, told } = setupStream(0)

  stream.send(bytes(4))
  const closing = stream.close()
  assert.equal(await state(closing), 'pending')
  assert.equal(fake.writeStatus, 'writable')
  assert.throws(() => stream.send(bytes(1)), { name: 'StreamClosedError' })
  assert.equal(await state(stream.close()), 'resolved', 'twice is a no-op')

  fake.grant(4)
  assert.equal(await state(closing), 'resolved')
  assert.equal(fake.writeStatus, 'closed')

  fake.arrive(bytes(7))
  assert.deepEqual(told, ['data 7'])
})

test('close gives up with the signal, and an abort is left to do', async () => {
  const { stream, told } = setupStream(0)
  const controller = new AbortController()
  const reason = new RangeError('no time')

  stream.send(bytes(4))
  const closing = stream.close({ signal: controller.signal })
  controller.abort(reason)
  await assert.rejects(closing, reason)

  stream.abort(reason)
  assert.deepEqual(told, ['closed RangeError'])
})

test('close of a stream that is gone is a no-op', async () => {
  const { fake, stream } = setupStream()

  fake.remoteReset()
  assert.equal(await state(stream.close()), 'resolved')
})

test('a libp2p that fails to close is said to be a closed stream', async () => {
  const { fake, stream } = setupStream()

  // as p-event does, which rejects with the event
  fake.close = async () => { throw new Event('close') as unknown as Error }

  await assert.rejects(stream.close(), { name: 'StreamClosedError' })
})

test('drained that is aborted in the turn of a drain that brings no room does not wait for another', async () => {
  const { fake, stream } = setupStream(0)
  const aborting = new AbortController()
  const reason = new RangeError('no time')

  stream.send(bytes(4))
  const drained = stream.drained({ signal: aborting.signal })
  fake.connectionDrained()
  aborting.abort(reason)
  assert.equal(await state(drained), 'RangeError')
})
