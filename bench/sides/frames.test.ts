import assert from 'node:assert/strict'
import test from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { FrameReader, varint } from './frames.ts'

const frames = [[1], [], Array.from({ length: 200 }, (_, i) => i), [2, 3]]
const bytes = Uint8Array.from(frames.flatMap(frame => [...varint(frame.length), ...frame]))

for (const size of [1, 2, 7, bytes.length]) {
  test(`frames are whole that came in pieces of ${size}`, () => {
    const came: number[][] = []
    const reader = new FrameReader(frame => { came.push([...frame]) })

    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size))
    }

    assert.deepEqual(came, frames)
  })
}

test('frames come from a list of pieces as well', () => {
  const came: number[][] = []

  new FrameReader(frame => { came.push([...frame]) }).push(new Uint8ArrayList(bytes.subarray(0, 50), bytes.subarray(50)))
  assert.deepEqual(came, frames)
})
