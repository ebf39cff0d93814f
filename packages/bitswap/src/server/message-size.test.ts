import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageSize } from './message-size.ts'

test('messages grow to the maximum while they are written at once', () => {
  const size = new MessageSize(262_144)
  assert.equal(size.bytes, 65_536)
  size.written(65_536, 49)
  assert.equal(size.bytes, 131_072)
  size.written(131_072, 0)
  size.written(262_144, 0)
  assert.equal(size.bytes, 262_144)
})

test('a message that was not nearly full says nothing of larger ones', () => {
  const size = new MessageSize(262_144)
  size.written(32_768, 0)
  assert.equal(size.bytes, 65_536)
})

test('messages shrink while each takes long, down to 16 KiB or the maximum', () => {
  const size = new MessageSize(262_144)
  size.written(65_536, 200)
  assert.equal(size.bytes, 65_536)
  for (let i = 0; i < 9; i++) {
    size.written(size.bytes, 201)
  }
  assert.equal(size.bytes, 16_384)

  const small = new MessageSize(4000)
  small.written(4000, 1000)
  assert.equal(small.bytes, 4000)
})
