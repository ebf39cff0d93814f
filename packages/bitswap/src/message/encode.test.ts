import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyMessage, cidOf, cidV0Of, concat, hex, messageOf, toHex, wantOf } from '../../test/support/messages.ts'
import { VECTORS } from '../../test/support/vectors.ts'
import { encodedSize, encodeMessage } from './codec.ts'
import type { Message } from './message.ts'

for (const { name, format, message, bytes } of VECTORS) {
  test(`bytes by hand: ${name}`, () => {
    assert.equal(toHex(encodeMessage(message, format).subarray()), toHex(hex(bytes)))
    assert.equal(encodedSize(message, format), hex(bytes).length)
  })
}

test('v0 leaves out presences and pending bytes', () => {
  const message = messageOf({ presences: [{ cid: cidOf(1), type: 'have' }], pendingBytes: 5 })

  assert.equal(toHex(encodeMessage(message, 'v0').subarray()), '0a00')
})

test('the size it says is the size it has', () => {
  fc.assert(fc.property(anyMessage, fc.constantFrom('v0', 'v1'), (message, format) => {
    const list = encodeMessage(message, format)

    assert.equal(list.byteLength, encodedSize(message, format))
    assert.equal(list.subarray().byteLength, list.byteLength)
  }))
})

test('blocks are not copied: the pieces hold the very bytes', () => {
  const blocks = [1, 2, 3].map(i => ({ cid: cidOf(i), bytes: new Uint8Array(1000).fill(i) }))
  const empty = { cid: cidOf(4), bytes: new Uint8Array(0) }
  const message = messageOf({ wants: [wantOf(cidOf(9))], blocks: [...blocks, empty], presences: [{ cid: cidOf(8), type: 'have' }] })

  for (const format of ['v0', 'v1'] as const) {
    const pieces = [...encodeMessage(message, format)]

    for (const { bytes } of blocks) {
      assert.equal(pieces.filter(piece => piece === bytes).length, 1)
    }

    const own = new Set(pieces.filter(piece => !blocks.some(({ bytes }) => bytes === piece)).map(piece => piece.buffer))

    assert.equal(own.size, 1, 'all the rest is one allocation')
    assert.ok(pieces.every(piece => piece.byteLength > 0), 'no empty pieces')
  }
})

test('numbers that do not fit an int32 are written as the nearest that does', () => {
  const priorities = [2 ** 31, -(2 ** 31) - 1, 1.5, NaN]
  const written = [2 ** 31 - 1, -(2 ** 31), 1, 0]
  const encode = (message: Message): string => toHex(encodeMessage(message, 'v1').subarray())
  const wants = (values: number[]): Message => messageOf({ wants: values.map((priority, i) => wantOf(cidV0Of(i), { priority })) })

  assert.equal(encode(wants(priorities)), encode(wants(written)))
  assert.equal(encode(messageOf({ pendingBytes: 2 ** 40 })), encode(messageOf({ pendingBytes: 2 ** 31 - 1 })))
  assert.equal(encode(messageOf({ pendingBytes: -1 })), encode(messageOf({})))
})

test('a Buffer is a block like any other', () => {
  const encoded = encodeMessage(messageOf({ blocks: [{ cid: cidV0Of(1), bytes: Buffer.from('foobar') }] }), 'v0').subarray()

  assert.deepEqual(encoded, concat(hex('0a 00 12 06'), new TextEncoder().encode('foobar')))
})
