import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hex, toHex } from '../../test/support/messages.ts'
import { readVarint, varintSize, writeVarint } from './varint.ts'

/** From https://github.com/multiformats/unsigned-varint, and the ends of what we read. */
const EXAMPLES: Array<[number, string]> = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [255, 'ff01'],
  [300, 'ac02'],
  [16383, 'ff7f'],
  [16384, '808001'],
  [0x20_0000, '80808001'],
  [0x1000_0000, '8080808001'],
  [0x7fff_ffff, 'ffffffff07'],
  [0x8000_0000, '8080808008'],
  [0xffff_ffff, 'ffffffff0f'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f']
]

for (const [value, bytes] of EXAMPLES) {
  test(`${value} is ${bytes} and back`, () => {
    const target = new Uint8Array(10)
    const end = writeVarint(target, 1, value)

    assert.equal(toHex(target.subarray(1, end)), bytes)
    assert.equal(varintSize(value), bytes.length / 2)
    assert.equal(readVarint(target, 1, end), value)
  })
}

test('any number up to 2^53 - 1 is read as it was written, and has the size it says', () => {
  fc.assert(fc.property(fc.maxSafeNat(), value => {
    const target = new Uint8Array(8)
    const end = writeVarint(target, 0, value)

    assert.equal(end, varintSize(value))
    assert.equal(readVarint(target, 0, end), value)
  }))
})

test('a number above 2^53 - 1, one cut off and one not in its shortest form are refused', () => {
  for (const bytes of ['8080808080808010', 'ffffffffffffffff01', 'ffffffffffffffffff01', '80', 'ffff', '', '8000', 'ff8000']) {
    const source = hex(bytes)

    assert.equal(readVarint(source, 0, source.length), -1, bytes)
  }
})

test('nothing is read past the end that was given', () => {
  assert.equal(readVarint(hex('80 01'), 0, 1), -1)
  assert.equal(readVarint(hex('05'), 0, 0), -1)
})
