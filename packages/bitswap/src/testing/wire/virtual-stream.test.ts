import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { openPair } from '../../../test/support/virtual-pair.ts'

test('opening takes a round trip, data one way, and pieces arrive in order', async () => {
  const { net, near, farRecorder } = await openPair({ latency: 30, segmentSize: 4 })
  assert.equal(net.clock.now(), 60 + 30) // 30 for the news that the second node has started
  near.send(Uint8Array.of(1, 2, 3, 4, 5, 6))
  near.send(new Uint8ArrayList(Uint8Array.of(7), Uint8Array.of(8, 9)))
  await net.clock.advance(29)
  assert.equal(farRecorder.bytes.byteLength, 0)
  await net.clock.advance(1)
  assert.deepEqual([...farRecorder.bytes.subarray()], [1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.deepEqual(farRecorder.sizes, [4, 2, 3])
})

test('bytes are copied on arrival: a sender that changes them is found out, a receiver that keeps them is not disturbed', async () => {
  const { net, near, farRecorder } = await openPair({ latency: 5 })
  const bytes = Uint8Array.of(1, 2, 3)
  near.send(bytes)
  bytes[0] = 9
  await net.clock.run()
  bytes[1] = 9
  assert.deepEqual([...farRecorder.bytes.subarray()], [9, 2, 3])
})

test('a sender is stopped when the window is full, and goes on when the receiver reads', async () => {
  const { net, near, far, farRecorder } = await openPair({ window: 1_000, segmentSize: 100, latency: 1 })
  far.pause()
  assert.equal(near.send(new Uint8Array(1_000)), true)
  assert.equal(near.send(new Uint8Array(1)), false)
  assert.equal(near.unsent, 1)
  let drained = false
  const draining = near.drained().then(() => { drained = true })
  await net.clock.run()
  assert.equal(farRecorder.bytes.byteLength, 0)
  assert.equal(drained, false)

  far.resume()
  await net.clock.run()
  assert.equal(drained, true)
  await draining
  assert.equal(farRecorder.bytes.byteLength, 1_001)
  await near.drained()
})

test('a reader can pause and resume while it is handed data', async () => {
  const { net, near, far, farRecorder } = await openPair({ segmentSize: 10 })
  farRecorder.onData = () => {
    far.pause()

    if (farRecorder.sizes.length < 3) {
      far.resume()
    }
  }
  near.send(new Uint8Array(50))
  await net.clock.run()
  assert.deepEqual(farRecorder.sizes, [10, 10, 10])
  far.resume()
  assert.deepEqual(farRecorder.sizes, [10, 10, 10, 10])
})

test('waiting for room ends with the signal, and with the stream', async () => {
  const { net, near, far } = await openPair({ window: 10 })
  far.pause()
  near.send(new Uint8Array(11))
  const controller = new AbortController()
  const waiting = [near.drained({ signal: controller.signal }), near.drained()]
  controller.abort(new RangeError('enough'))
  await assert.rejects(net.clock.run(waiting[0] as Promise<void>), RangeError)
  far.abort(new Error('no'))
  await assert.rejects(net.clock.run(waiting[1] as Promise<void>), { name: 'StreamResetError' })
  await assert.rejects(near.drained(), { name: 'StreamResetError' })
  assert.throws(() => near.send(new Uint8Array(1)), { name: 'StreamClosedError' })
})

test('half-close: the end comes after all data, the other side may go on, closed comes last', async () => {
  const { net, near, far, nearRecorder, farRecorder } = await openPair({ window: 10, latency: 1 })
  near.send(new Uint8Array(25))
  let closed = false
  const closing = near.close().then(() => { closed = true })
  assert.equal(closed, false)
  assert.throws(() => near.send(new Uint8Array(1)), { name: 'StreamClosedError' })
  await near.close()
  await net.clock.run()
  assert.equal(closed, true)
  await closing
  assert.equal(farRecorder.bytes.byteLength, 25)
  assert.deepEqual(farRecorder.events, ['ended'])
  assert.deepEqual(nearRecorder.events, [])

  far.send(Uint8Array.of(1))
  await far.close()
  assert.deepEqual(farRecorder.events, ['ended', 'closed'])
  await net.clock.run()
  assert.equal(nearRecorder.bytes.byteLength, 1)
  assert.deepEqual(nearRecorder.events, ['ended', 'closed'])
})

test('an abort is seen here at once and there after the latency, and unsent bytes are gone', async () => {
  const { net, near, nearRecorder, farRecorder } = await openPair({ window: 10, latency: 20 })
  near.send(new Uint8Array(25))
  near.abort(new RangeError('enough'))
  near.abort(new Error('again'))
  assert.deepEqual(nearRecorder.events, ['closed: RangeError'])
  assert.equal(near.unsent, 0)
  await net.clock.advance(19)
  assert.deepEqual(farRecorder.events, [])
  await net.clock.run()
  assert.deepEqual(farRecorder.events, ['closed: StreamResetError'])
  assert.equal(farRecorder.bytes.byteLength, 10)
})
