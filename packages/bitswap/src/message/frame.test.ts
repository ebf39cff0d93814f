import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyCuts, anyMessage, cidOf, concat, cut, cutEvery, hex, messageOf, toHex } from '../../test/support/messages.ts'
import { VECTORS } from '../../test/support/vectors.ts'
import { decodeMessage, encodedSize, encodeMessage } from './codec.ts'
import { encodeFrame, Unframer } from './frame.ts'
import { MAX_MESSAGE_SIZE } from './limits.ts'
import { blockSize } from './sizes.ts'
import { varintSize, writeVarint } from './varint.ts'
import type { Message } from './message.ts'
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

/** A message that takes exactly `size` bytes. */
function messageOfSize (size: number): Message {
  const block = { cid: cidOf(1), bytes: new Uint8Array(size - 100) }
  const missing = size - encodedSize(messageOf({ blocks: [block] }), 'v1')

  block.bytes = new Uint8Array(block.bytes.length + missing)
  const message = messageOf({ blocks: [block] })

  assert.equal(encodedSize(message, 'v1'), size)

  return message
}

test('a frame is the length and the message', () => {
  const want = VECTORS.find(({ name }) => name === 'want-block')

  assert.ok(want !== undefined)
  assert.equal(toHex(encodeFrame(want.message, want.format).subarray()), toHex(hex(`2c ${want.bytes}`)))
  assert.equal(toHex(encodeFrame(messageOf({}), 'v0').subarray()), '020a00')
})

test('a frame holds the very bytes of the blocks, and its length is right', () => {
  const bytes = new Uint8Array(100_000)
  const frame = encodeFrame(messageOf({ blocks: [{ cid: cidOf(1), bytes }] }), 'v1')

  assert.ok([...frame].includes(bytes))
  assert.equal(frame.byteLength, frame.subarray().byteLength)
})

test('a message of 4 MiB fits a frame, one of a byte more does not', () => {
  const frame = encodeFrame(messageOfSize(MAX_MESSAGE_SIZE), 'v1')
  const unframer = new Unframer()
  unframer.push(frame)

  assert.equal(drain(unframer)[0]?.byteLength, MAX_MESSAGE_SIZE)
  assert.throws(() => encodeFrame(messageOfSize(MAX_MESSAGE_SIZE + 1), 'v1'), {
    name: 'MessageTooLargeError',
    size: MAX_MESSAGE_SIZE + 1,
    maxSize: MAX_MESSAGE_SIZE
  })
})

test('what is framed comes out again, however it is cut', () => {
  fc.assert(fc.property(fc.array(anyMessage, { maxLength: 6 }), anyCuts, fc.boolean(), (messages, positions, drainEach) => {
    const frames = messages.map(message => encodeFrame(message, 'v1').subarray())
    const list = cut(concat(...frames), positions)
    const unframer = new Unframer()
    const received: Uint8ArrayList[] = []

    for (const fragment of list) {
      unframer.push(fragment)

      if (drainEach) {
        received.push(...drain(unframer))
      }
    }

    received.push(...drain(unframer))

    assert.deepEqual(received.map(frame => toHex(frame.subarray())), messages.map(message => toHex(encodeMessage(message, 'v1').subarray())))
    assert.deepEqual(received.map(frame => decodeMessage(frame).size), messages.map(message => encodedSize(message, 'v1')))
    assert.equal(unframer.buffered, 0)
  }))
})

test('a list is taken as its fragments', () => {
  const body = new Uint8Array(300).map((_, i) => i)
  const unframer = new Unframer()
  unframer.push(cutEvery(concat(frameOf(body), frameOf(body)), 7))

  assert.deepEqual(drain(unframer).map(frame => frame.subarray()), [body, body])
})

test('it says how much it holds', () => {
  const unframer = new Unframer()

  for (const [i, byte] of [...frameOf(new Uint8Array(200))].entries()) {
    assert.equal(unframer.buffered, i)
    assert.equal(unframer.next(), undefined)
    unframer.push(Uint8Array.of(byte))
  }

  assert.equal(unframer.buffered, 202)
  assert.equal(unframer.next()?.byteLength, 200)
  assert.equal(unframer.buffered, 0)
})

test('messages of no bytes are messages', () => {
  const unframer = new Unframer()
  unframer.push(hex('00 00 01 aa 00'))

  assert.deepEqual(drain(unframer).map(frame => frame.byteLength), [0, 0, 1, 0])
})

test('a message of the largest size is taken, one of a byte more refused before any of it has come', () => {
  const fits = new Unframer(1000)
  fits.push(frameOf(new Uint8Array(1000)))
  assert.equal(fits.next()?.byteLength, 1000)

  const larger = new Unframer(1000)
  larger.push(hex('e9 07'))
  assert.throws(() => larger.next(), { name: 'MessageTooLargeError', size: 1001, maxSize: 1000 })
  assert.equal(larger.buffered, 0)

  const huge = new Unframer()
  huge.push(hex('ff ff ff ff ff ff ff ff 7f'))
  assert.throws(() => huge.next(), { name: 'MessageTooLargeError', maxSize: MAX_MESSAGE_SIZE })
})

test('a length of more than nine bytes, and one not in its shortest form, is refused', () => {
  for (const length of ['80 80 80 80 80 80 80 80 80', 'ff ff ff ff ff ff ff ff ff 01', '80 00', '85 80 00']) {
    const unframer = new Unframer()
    unframer.push(cutEvery(hex(length), 1))

    assert.throws(() => unframer.next(), { name: 'MalformedMessageError' }, length)
  }

  const ninth = new Unframer()
  ninth.push(hex('80 80 80 80 80 80 80 80'))
  assert.equal(ninth.next(), undefined)
})

test('what came before a bad length is taken first; after it there is nothing but the error', () => {
  const unframer = new Unframer(100)
  unframer.push(hex('01 aa e9 07 01 bb'))

  assert.equal(unframer.next()?.byteLength, 1)
  assert.throws(() => unframer.next(), { name: 'MessageTooLargeError' })

  unframer.push(hex('01 cc'))
  assert.equal(unframer.buffered, 0)
  assert.throws(() => unframer.next(), { name: 'MessageTooLargeError' })
})

test('messages are views of what was pushed', () => {
  const bytes = concat(frameOf(new Uint8Array(5000)), frameOf(new Uint8Array(5000)))
  const list = cut(bytes, [6000])
  const buffers = [...list].map(fragment => fragment.buffer)
  const unframer = new Unframer()
  unframer.push(list)
  const [first, second] = drain(unframer).map(frame => [...frame].map(piece => piece.buffer))

  assert.ok(first?.length === 1 && first[0] === buffers[0])
  assert.ok(second?.length === 2 && second.every((buffer, i) => buffer === buffers[i]))
})

test('a block in one fragment comes from the stream to the message without a copy', () => {
  const block = { cid: cidOf(1), bytes: new Uint8Array(256 * 1024) }
  const bytes = encodeFrame(messageOf({ blocks: [block, block] }), 'v1').subarray()
  const unframer = new Unframer()

  assert.ok(bytes.length > 2 * blockSize(block, 'v1'))
  unframer.push(bytes)

  for (const { bytes: received } of decodeMessage(unframer.next() as Uint8ArrayList).blocks) {
    assert.ok(received.buffer === bytes.buffer)
  }
})

test('views of a Buffer are plain arrays', () => {
  const unframer = new Unframer()
  unframer.push(Buffer.from([1, 5]))

  assert.deepEqual([...unframer.next() as Uint8ArrayList], [Uint8Array.of(5)])
})

test('thousands of messages in one fragment, and thousands of fragments at once, are taken in order', () => {
  const bodies = Array.from({ length: 20_000 }, (_, i) => Uint8Array.of(i >> 8, i))
  const bytes = concat(...bodies.map(frameOf))
  const whole = new Unframer()
  const parts = new Unframer()

  whole.push(bytes)
  parts.push(cutEvery(bytes, 2))

  assert.deepEqual(drain(whole).map(frame => toHex(frame.subarray())), bodies.map(toHex))
  assert.deepEqual(drain(parts).map(frame => toHex(frame.subarray())), bodies.map(toHex))
})
