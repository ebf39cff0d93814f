import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, cut, cutEvery, hex, toHex } from '../../test/support/messages.ts'
import { MalformedMessageError } from './errors.ts'
import { MAX_GROUP_DEPTH, ProtobufReader } from './protobuf.ts'

/** Skips all fields of a message, whole and cut into single bytes; says what was thrown. */
function skipAll (bytes: Uint8Array): unknown {
  const errors = [bytes, cutEvery(bytes, 1)].map(input => {
    const reader = new ProtobufReader(input)

    try {
      while (reader.more) {
        reader.skip(reader.tag())
      }

      assert.equal(reader.position, bytes.length)

      return undefined
    } catch (error) {
      return error
    }
  })

  assert.deepEqual(String(errors[0]), String(errors[1]), 'the same, however the bytes are cut')

  return errors[0]
}

test('fields of every wire type are passed over', () => {
  const bytes = hex(`
    08 96 01                   # varint
    09 01 02 03 04 05 06 07 08 # 8 bytes
    12 03 61 62 63             # length and bytes
    1b 08 01 23 12 00 24 1c    # group 3, with a varint and group 4 inside
    25 01 02 03 04             # 4 bytes
  `)

  assert.equal(skipAll(bytes), undefined)
})

test('what is cut off is refused, wherever it is cut', () => {
  for (const bytes of ['08', '08 96', '09 01 02 03 04 05 06 07', '12', '12 03 61 62', '1b 08 01', '25 01 02 03', '8a']) {
    assert.ok(skipAll(hex(bytes)) instanceof MalformedMessageError, bytes)
  }
})

test('what is no field is refused', () => {
  const wrong = {
    'wire type 6': '0e 00',
    'wire type 7': '0f 00',
    'field number 0': '02 00',
    'field number above 2^29 - 1': '80 80 80 80 10 00',
    'end of a group that never began': '0c',
    'end of another group': '0b 14',
    'length of 2^63': '0a 80 80 80 80 80 80 80 80 80 01',
    'varint of 11 bytes': '08 80 80 80 80 80 80 80 80 80 80 00'
  }

  for (const [what, bytes] of Object.entries(wrong)) {
    assert.ok(skipAll(hex(bytes)) instanceof MalformedMessageError, what)
  }
})

test('the largest field number is a field', () => {
  assert.equal(skipAll(hex('f8 ff ff ff 0f 01')), undefined)
})

test(`groups nest ${MAX_GROUP_DEPTH} deep, and no deeper`, () => {
  const nested = (depth: number): Uint8Array => concat(new Uint8Array(depth).fill(0x0b), new Uint8Array(depth).fill(0x0c))

  assert.equal(skipAll(nested(MAX_GROUP_DEPTH)), undefined)
  assert.ok(skipAll(nested(MAX_GROUP_DEPTH + 1)) instanceof MalformedMessageError)
})

test('integers are the low 32 bits of up to ten bytes', () => {
  const values: Array<[string, number]> = [
    ['00', 0],
    ['01', 1],
    ['ff ff ff ff 07', 0x7fff_ffff],
    ['80 80 80 80 f8 ff ff ff ff 01', -0x8000_0000],
    ['ff ff ff ff ff ff ff ff ff 01', -1],
    ['ff ff ff ff 0f', -1], // as a sender that does not extend the sign writes it
    ['85 80 80 80 10', 5], // 2^32 + 5
    ['81 80 00', 1] // not the shortest form, which protobuf allows
  ]

  for (const [bytes, value] of values) {
    assert.equal(new ProtobufReader(hex(bytes)).int32(), value, bytes)
    assert.equal(new ProtobufReader(cutEvery(hex(bytes), 1)).int32(), value, bytes)
  }

  assert.throws(() => new ProtobufReader(hex('80 80 80 80 80 80 80 80 80 80 00')).int32(), MalformedMessageError)
})

test('a boolean is true when any of its 64 bits is set', () => {
  assert.equal(new ProtobufReader(hex('00')).bool(), false)
  assert.equal(new ProtobufReader(hex('80 00')).bool(), false)
  assert.equal(new ProtobufReader(hex('02')).bool(), true)
  assert.equal(new ProtobufReader(hex('80 80 80 80 80 80 80 80 80 01')).bool(), true)
})

test('a submessage ends where its length says, and the outer one goes on', () => {
  const bytes = hex('0a 04 10 01 10 02 10 03')

  for (const input of [bytes, cutEvery(bytes, 1), cut(bytes, [3, 3, 7])]) {
    const reader = new ProtobufReader(input)
    const values: number[] = []

    assert.equal(reader.tag(), 0x0a)
    const outer = reader.enter()
    assert.equal(reader.left, 4)

    while (reader.more) {
      assert.equal(reader.tag(), 0x10)
      values.push(reader.int32())
    }

    reader.leave(outer)
    assert.deepEqual(values, [1, 2])
    assert.equal(reader.tag(), 0x10)
    assert.equal(reader.int32(), 3)
    assert.equal(reader.more, false)
  }
})

test('a field may not go past the end of its submessage, even where the message goes on', () => {
  for (const inside of ['12 05', '11 00', '15 00', '10 80', '12']) {
    const body = hex(inside)
    const reader = new ProtobufReader(concat(hex('0a'), Uint8Array.of(body.length), body, new Uint8Array(20)))
    reader.tag()
    reader.enter()

    assert.throws(() => { reader.skip(reader.tag()) }, MalformedMessageError, inside)
  }
})

test('bytes in one fragment are a view of it, bytes across fragments one copy', () => {
  const whole = hex('06 010203040506 06 0708090a0b0c')
  const view = new ProtobufReader(whole)
  const seen = view.bytes(view.size())

  assert.equal(toHex(seen), '010203040506')
  assert.ok(seen.buffer === whole.buffer)

  const list = cut(whole, [3, 7])
  const fragments = [...list]
  const reader = new ProtobufReader(list)
  const across = reader.bytes(reader.size())
  const within = reader.bytes(reader.size())

  assert.equal(toHex(across), '010203040506')
  assert.equal(across.buffer.byteLength, 6)
  assert.ok(fragments.every(fragment => fragment.buffer !== across.buffer))
  assert.equal(toHex(within), '0708090a0b0c')
  assert.ok(within.buffer === fragments[2]?.buffer)
})

test('bytes that are just one fragment are a view of it', () => {
  const list = cut(hex('02 0102 02 0304'), [1, 3, 4])
  const fragments = [...list]
  const reader = new ProtobufReader(list)

  for (const at of [1, 3]) {
    const bytes = reader.bytes(reader.size())

    assert.deepEqual(bytes, fragments[at])
    assert.ok(bytes.buffer === fragments[at]?.buffer)
  }
})

test('views of a Buffer are plain arrays', () => {
  const reader = new ProtobufReader(Buffer.from([2, 5, 6]))
  const bytes = reader.bytes(reader.size())

  assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype)
  assert.deepEqual(bytes, Uint8Array.of(5, 6))
})

test('long runs across fragments are copied right', () => {
  const body = Uint8Array.from({ length: 500 }, (_, i) => i)
  const reader = new ProtobufReader(cutEvery(concat(hex('f4 03'), body), 150))

  assert.deepEqual(reader.bytes(reader.size()), body)
})

test('empty fragments are passed over', () => {
  const empty = new Uint8Array(0)
  const list = cut(hex('0a 01 05'), [0, 0, 1, 1, 2, 2, 3, 3])
  list.prepend(empty)

  const reader = new ProtobufReader(list)

  assert.equal(reader.tag(), 0x0a)
  assert.deepEqual(reader.bytes(reader.size()), Uint8Array.of(5))
  assert.equal(reader.more, false)
  assert.equal(new ProtobufReader(empty).more, false)
})
