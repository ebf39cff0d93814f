import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFrame } from '../message/frame.ts'
import { blockMessage, wantMessage } from '../../test/support/scripted-receiver.ts'
import { peerIdFromSeed } from './peer-ids.ts'
import { Trace } from './trace.ts'

const [alice, bob] = [peerIdFromSeed(1), peerIdFromSeed(2)]

test('messages are put together from pieces, per stream and direction', () => {
  const trace = new Trace()
  const want = encodeFrame(wantMessage(1), 'v1').slice()
  const block = encodeFrame(blockMessage(2, 10), 'v1').slice()

  trace.bytesArrived({ time: 1, from: alice, to: bob, stream: 0, bytes: want.subarray(0, 5) })
  trace.bytesArrived({ time: 2, from: bob, to: alice, stream: 0, bytes: block })
  trace.bytesArrived({ time: 3, from: alice, to: bob, stream: 1, bytes: want })
  trace.bytesArrived({ time: 4, from: alice, to: bob, stream: 0, bytes: want.subarray(5) })

  assert.deepEqual(trace.entries.map(({ time, stream }) => [time, stream]), [[2, 0], [3, 1], [4, 0]])
  assert.equal(trace.messages({ from: alice }).length, 2)
  assert.equal(trace.messages({ from: bob, to: alice })[0]?.blocks[0]?.bytes.byteLength, 10)
  assert.deepEqual(trace.messages({ to: peerIdFromSeed(3) }), [])
})

test('a full trace counts what it does not keep', () => {
  const trace = new Trace({ maxEntries: 2 })
  const bytes = encodeFrame(wantMessage(1), 'v1').slice()

  for (let time = 0; time < 2; time++) {
    trace.bytesArrived({ time, from: alice, to: bob, stream: 0, bytes })
  }

  assert.deepEqual([trace.entries.length, trace.dropped], [2, 0])
  trace.bytesArrived({ time: 2, from: alice, to: bob, stream: 0, bytes })
  assert.deepEqual([trace.entries.length, trace.dropped], [2, 1])
})

test('a stream that carries what is no message is counted once, and the others go on', () => {
  const trace = new Trace()

  for (let time = 0; time < 3; time++) {
    trace.bytesArrived({ time, from: alice, to: bob, stream: 0, bytes: new Uint8Array(20).fill(0xff) })
  }

  trace.bytesArrived({ time: 3, from: alice, to: bob, stream: 1, bytes: encodeFrame(wantMessage(1), 'v1').slice() })
  assert.deepEqual([trace.entries.length, trace.malformed], [1, 1])
})
