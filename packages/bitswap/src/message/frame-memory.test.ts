/** What an Unframer keeps alive: bounded, whatever the fragments are like. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectGarbage } from '../../test/support/collect-garbage.ts'
import { concat, cutEvery, hex } from '../../test/support/messages.ts'
import { Unframer } from './frame.ts'
import { varintSize, writeVarint } from './varint.ts'
import type { Uint8ArrayList } from 'uint8arraylist'

/** All messages that are there now. */
function drain (unframer: Unframer): Uint8ArrayList[] {
  const frames: Uint8ArrayList[] = []

  for (let frame = unframer.next(); frame !== undefined; frame = unframer.next()) {
    frames.push(frame)
  }

  return frames
}

/** A frame around `body`. */
function frameOf (body: Uint8Array): Uint8Array {
  const length = new Uint8Array(varintSize(body.length))
  writeVarint(length, 0, body.length)

  return concat(length, body)
}

test('a message in single bytes is gathered, so that it costs no more memory than twice the largest', () => {
  const maxSize = 20_000
  const body = new Uint8Array(maxSize).map((_, i) => i)
  const unframer = new Unframer(maxSize)

  for (const byte of frameOf(body)) {
    assert.equal(unframer.next(), undefined)
    unframer.push(Uint8Array.of(byte))
  }

  const pieces = [...unframer.next() as Uint8ArrayList]

  assert.equal(pieces.length, 1)
  assert.deepEqual(pieces[0], body)

  // and it goes on with the next one
  unframer.push(frameOf(body.subarray(0, 10)))
  assert.deepEqual(unframer.next()?.subarray(), body.subarray(0, 10))
  assert.equal(unframer.buffered, 0)
})

/** A fragment of `size` bytes that keeps `kept` alive. */
function wastefulFragment (size: number, kept: number): Uint8Array {
  return new Uint8Array(kept).subarray(0, size)
}

test('a message whose fragments keep twice the largest alive stays as it is, one byte more and it is gathered', () => {
  const maxSize = 10_000
  const overhead = 256 // of each fragment; see FRAGMENT_OVERHEAD

  for (const [over, gathered] of [[0, false], [1, true]] as const) {
    const unframer = new Unframer(maxSize)
    const length = hex('e8 07') // 1000, and its two bytes are let go at once
    unframer.push(length)
    unframer.push(wastefulFragment(500, 2 * maxSize - overhead + over))
    assert.equal(unframer.next(), undefined)
    unframer.push(wastefulFragment(500, 500))

    const frame = unframer.next() as Uint8ArrayList

    assert.equal(frame.byteLength, 1000)
    assert.equal([...frame].length, gathered ? 1 : 2)
  }
})

test('fragments of one buffer count that buffer once, and until the last of them is gone', () => {
  const maxSize = 10_000
  const shared = new Uint8Array(2 * maxSize - 20 * 256)
  const unframer = new Unframer(maxSize)
  shared.set(hex('64'), 0) // a first message of 100 bytes, then one of 1000 in many fragments
  shared.set(hex('e8 07'), 101)
  unframer.push(shared.subarray(0, 101))

  for (let at = 101; at < 1003; at += 100) {
    unframer.push(shared.subarray(at, at + 100))
  }

  assert.equal(unframer.next()?.byteLength, 100)
  assert.equal(unframer.next(), undefined)
  unframer.push(shared.subarray(1101, 1103))
  assert.equal([...unframer.next() as Uint8ArrayList].length, 11, 'not gathered')

  // the same again, with a buffer that is too large by itself
  const large = new Uint8Array(2 * maxSize)
  large.set(hex('64'), 0)
  large.set(hex('e8 07'), 101)
  unframer.push(large.subarray(0, 101))
  unframer.push(large.subarray(101, 600))
  assert.equal(unframer.next()?.byteLength, 100)
  assert.equal(unframer.next(), undefined)
  unframer.push(large.subarray(600, 1103))
  assert.equal([...unframer.next() as Uint8ArrayList].length, 1, 'gathered')
})

test('a stream that never pauses between messages lets go of what was taken', () => {
  const unframer = new Unframer(1000)
  const body = new Uint8Array(100)
  let taken = 0

  // fragments end in the middle of messages, so it is never empty
  for (const fragment of cutEvery(concat(...Array.from({ length: 3000 }, () => frameOf(body))), 150)) {
    unframer.push(fragment)

    for (const frame of drain(unframer)) {
      assert.equal([...frame].length <= 2, true, 'not gathered: what was taken does not count')
      taken += frame.byteLength
    }
  }

  assert.equal(taken, 300_000)
})

test('fragments that were taken are let go of at once, though there are always more', async () => {
  const unframer = new Unframer()
  const body = new Uint8Array(99)
  const taken: Array<WeakRef<Uint8Array>> = []

  // each fragment ends in the middle of a message
  for (let i = 0; i < 20; i++) {
    const fragment = concat(body.subarray(0, i === 0 ? 0 : 50), frameOf(body), Uint8Array.of(99), body.subarray(0, 49))

    taken.push(new WeakRef(fragment))
    unframer.push(fragment)
    drain(unframer)
  }

  await collectGarbage()

  const kept = taken.filter(reference => reference.deref() !== undefined)

  assert.ok(unframer.buffered > 0)
  assert.ok(kept.length <= 1, `${kept.length} are kept`)
})
