import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { cidOf, cidV0Of, concat, cut, cutEvery, hex, messageOf, toHex, wantOf } from '../../test/support/messages.ts'
import { FOOBAR_V0, VECTORS } from '../../test/support/vectors.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { MalformedMessageError } from './errors.ts'
import { MAX_ENTRIES, MAX_MESSAGE_SIZE } from './limits.ts'
import { WantType } from './message.ts'
import { CIDV0_PREFIX } from './prefix.ts'
import { writeVarint } from './varint.ts'
import type { Message, ReceivedMessage } from './message.ts'

const RAW_PREFIX = { version: 1, codec: 0x55, hash: 0x12, digestSize: 32 }

/** Puts tag and length before what is inside. */
function field (tag: string, ...inside: Uint8Array[]): Uint8Array {
  const body = concat(...inside)

  assert.ok(body.length < 0x4000)

  return concat(hex(tag), Uint8Array.of(body.length & 0x7f | 0x80, body.length >> 7), body)
}

/** A message with a wantlist of these entries, each given by what is inside. */
function wantlist (...entries: Uint8Array[]): Uint8Array {
  return field('0a', ...entries.map(entry => field('0a', entry)))
}

function cidField (cid: CID): Uint8Array {
  return field('0a', cid.bytes)
}

function decodeParts (...parts: Uint8Array[]): ReceivedMessage {
  return decodeMessage(concat(...parts))
}

for (const { name, message, bytes } of VECTORS) {
  test(`bytes by hand: ${name}`, () => {
    const received = decodeMessage(hex(bytes))

    assert.deepEqual(received, {
      ...message,
      blocks: message.blocks.map(({ cid, bytes }) => ({ prefix: cid.version === 0 ? CIDV0_PREFIX : RAW_PREFIX, bytes })),
      malformed: 0,
      size: hex(bytes).length
    })
  })
}

test('the HAVE that boxo tests with is read', () => {
  const presence = hex('0a 22 12 20 c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2')

  assert.deepEqual(decodeMessage(field('22', presence)).presences, [{ cid: FOOBAR_V0, type: 'have' }])
})

test('a message without a wantlist, and one of no bytes at all, are messages', () => {
  assert.deepEqual(decodeMessage(new Uint8Array(0)), { ...messageOf({}), malformed: 0, size: 0 })
  assert.deepEqual(decodeMessage(hex('28 05')).pendingBytes, 5)
})

test('a wantlist in two parts is one', () => {
  const { wants, full } = decodeParts(wantlist(cidField(cidOf(1))), hex('0a 02 10 01'), wantlist(cidField(cidOf(2)), cidField(cidOf(1))))

  assert.deepEqual(wants.map(want => want.cid.toString()), [cidOf(1).toString(), cidOf(2).toString()])
  assert.equal(full, true)
})

test('fields may come in any order, and of a field that may come once the last one counts', () => {
  const message = decodeParts(
    hex('28 05'),
    field('1a', hex('12 01 aa 12 01 bb'), hex('0a 04 00 70 12 20 0a 04 01 55 12 20')),
    wantlist(concat(hex('28 01 10 07 20 01 20 00 10 08'), cidField(cidOf(2)), cidField(cidOf(1)))),
    hex('28 06')
  )

  assert.deepEqual(message.wants, [wantOf(cidOf(1), { priority: 8, sendDontHave: true })])
  assert.deepEqual(message.blocks, [{ prefix: RAW_PREFIX, bytes: Uint8Array.of(0xbb) }])
  assert.equal(message.pendingBytes, 6)
  assert.equal(message.malformed, 0)
})

test('fields nobody knows are passed over, wherever they are', () => {
  const unknown = hex('38 05 39 0102030405060708 3a 02 aabb 3b 0a 01 05 3c 3d 01020304 fa ff ff ff 0f 01 aa')
  const message = decodeParts(
    unknown,
    field('0a', unknown, field('0a', unknown, cidField(cidOf(1)), unknown), unknown),
    field('1a', unknown, hex('0a 04 01 55 12 20'), unknown, hex('12 01 aa')),
    field('22', unknown, cidField(cidOf(2))),
    unknown
  )

  assert.equal(message.malformed, 0)
  assert.deepEqual(message.wants, [wantOf(cidOf(1), { priority: 0 })])
  assert.deepEqual(message.blocks, [{ prefix: RAW_PREFIX, bytes: Uint8Array.of(0xaa) }])
  assert.deepEqual(message.presences, [{ cid: cidOf(2), type: 'have' }])
})

test('a field we know with a wire type it does not have is one we do not know', () => {
  const message = decodeParts(hex('08 01 10 01 18 01 20 01 2a 01 00'), field('0a', hex('08 01 12 01 00'), field('0a', hex('08 01 12 00'), cidField(cidOf(1)))))

  assert.deepEqual(message, { ...messageOf({ wants: [wantOf(cidOf(1), { priority: 0 })] }), malformed: 0, size: message.size })
})

test('a want of a type nobody knows asks whether the block is there', () => {
  const { wants, malformed } = decodeMessage(wantlist(concat(cidField(cidOf(1)), hex('20 07')), cidField(cidOf(2))))

  assert.deepEqual(wants.map(want => want.wantType), [WantType.Have, WantType.Block])
  assert.equal(malformed, 0)
})

test('a presence of a type nobody knows is left out, its neighbours stay', () => {
  const { presences, malformed } = decodeParts(
    field('22', cidField(cidOf(1)), hex('10 01')),
    field('22', cidField(cidOf(2)), hex('10 02')),
    field('22', cidField(cidOf(3)))
  )

  assert.deepEqual(presences, [{ cid: cidOf(1), type: 'dont-have' }, { cid: cidOf(3), type: 'have' }])
  assert.equal(malformed, 1)
})

test('an entry or presence whose CID cannot be read is left out, its neighbours stay', () => {
  const tooLong = CID.createV1(0x55, Digest.create(0x00, new Uint8Array(169))).bytes
  const bad = [new Uint8Array(0), hex('0a 00'), field('0a', hex('01 02')), field('0a', cidOf(1).bytes, hex('00')), field('0a', tooLong)]
  const message = decodeParts(
    wantlist(cidField(cidOf(1)), ...bad, cidField(cidOf(2)), ...bad.map(entry => concat(entry, hex('18 01')))),
    ...bad.map(presence => field('22', presence)),
    field('22', cidField(cidOf(3)))
  )

  assert.deepEqual(message.wants.map(want => want.cid), [cidOf(1), cidOf(2)].map(cid => CID.decode(cid.bytes)))
  assert.deepEqual(message.presences, [{ cid: cidOf(3), type: 'have' }])
  assert.deepEqual(message.cancels, [])
  assert.equal(message.malformed, 3 * bad.length)
})

test('a block whose prefix cannot be read is left out, its neighbours stay', () => {
  const good = hex('0a 04 01 55 12 20 12 01 aa')
  const bad = ['12 01 aa', '0a 00 12 01 aa', '0a 04 02 55 12 20 12 01 aa', '0a 03 01 55 12 12 01 aa', `0a 28 ${'01'.repeat(40)}`, '0a 04 01 55 12 00']
  const message = decodeParts(field('1a', good), ...bad.map(payload => field('1a', hex(payload))), field('1a', good))

  assert.equal(message.blocks.length, 2)
  assert.equal(message.malformed, bad.length)
})

test('what is no protobuf is refused as a whole', () => {
  const wrong = {
    'cut off in a tag': '0a 00 8a',
    'a length past the end': '0a 05 0a 00',
    'an entry past the end of the wantlist': '0a 02 0a 05 00 00 00 00 00',
    'a CID past the end of its entry': '0a 04 0a 02 0a 05 00 00 00 00 00',
    'data past the end of its payload': '1a 02 12 05 00 00 00 00 00',
    'a CID past the end of its presence': '22 02 0a 05 00 00 00 00 00',
    'a flag past the end of the wantlist': '0a 01 10 01',
    'wire type 7': '0a 00 3f',
    'a group that does not end': '3b 08 01',
    'field number 0': '00 00'
  }

  for (const [what, bytes] of Object.entries(wrong)) {
    assert.throws(() => decodeMessage(hex(bytes)), MalformedMessageError, what)
    assert.throws(() => decodeMessage(cutEvery(hex(bytes), 1)), MalformedMessageError, `${what}, in fragments`)
  }
})

/** What the entries come to, given as the fields that follow the CID. */
function merged (...entries: string[]): Pick<Message, 'wants' | 'cancels'> {
  const { wants, cancels } = decodeMessage(wantlist(...entries.map(entry => concat(cidField(cidOf(1)), hex(entry)))))

  return { wants, cancels }
}

test('wants for one CID become one', () => {
  const want = (parts: object): object => ({ wants: [wantOf(cidOf(1), parts)], cancels: [] })

  assert.deepEqual(merged('10 05', '10 03'), want({ priority: 3 }), 'the later priority counts')
  assert.deepEqual(merged('10 05 20 01', '10 03'), want({ priority: 5, wantType: 'block' }), 'block beats have, and leaves the priority')
  assert.deepEqual(merged('10 05', '10 03 20 01'), want({ priority: 5, wantType: 'block' }), 'and is not taken back')
  assert.deepEqual(merged('10 05 28 01', '10 03'), want({ priority: 3, sendDontHave: true }), 'sendDontHave stays')
  assert.deepEqual(merged('10 05', '10 03 28 01'), want({ priority: 3, sendDontHave: true }), 'and can come later')
})

test('a cancel stays a cancel', () => {
  const cancelled = { wants: [], cancels: [CID.decode(cidOf(1).bytes)] }

  assert.deepEqual(merged('18 01'), cancelled)
  assert.deepEqual(merged('10 05', '18 01'), cancelled)
  assert.deepEqual(merged('18 01', '10 05'), cancelled)
  assert.deepEqual(merged('18 01', '18 01', '18 00 10 03'), cancelled)
})

test('one hash under two CIDs is two wants', () => {
  const { wants } = decodeMessage(wantlist(cidField(cidV0Of(1)), cidField(cidV0Of(1).toV1())))

  assert.equal(wants.length, 2)
})

test('of presences for one CID the last one counts', () => {
  const { presences } = decodeParts(field('22', cidField(cidOf(1))), field('22', cidField(cidOf(2))), field('22', cidField(cidOf(1)), hex('10 01')))

  assert.deepEqual(presences, [{ cid: cidOf(1), type: 'dont-have' }, { cid: cidOf(2), type: 'have' }])
})

test('negative pending bytes count as none', () => {
  assert.equal(decodeMessage(hex('28 ff ff ff ff ff ff ff ff ff 01')).pendingBytes, 0)
})

test('blocks in one fragment are views of it, and each block across fragments is copied once', () => {
  const blocks = [1, 2, 3].map(i => ({ cid: cidOf(i), bytes: new Uint8Array(1000).fill(i) }))
  const whole = encodeMessage(messageOf({ blocks }), 'v1').subarray()

  for (const { bytes } of decodeMessage(whole).blocks) {
    assert.ok(bytes.buffer === whole.buffer)
  }

  // the first cut is inside the first block, the second between the others
  const list = cut(whole, [500, 2 + 3 * 1012 - 1000 - 6])
  const fragments = [...list]
  const received = decodeMessage(list)

  assert.deepEqual(received.blocks.map(({ bytes }) => toHex(bytes)), blocks.map(({ bytes }) => toHex(bytes)))
  assert.equal(received.blocks[0]?.bytes.buffer.byteLength, 1000, 'a copy of just the block')
  assert.ok(received.blocks[1]?.bytes.buffer === fragments[1]?.buffer)
  assert.ok(received.blocks[2]?.bytes.buffer === fragments[2]?.buffer)
})

test('a 2 MiB block fits a message and comes out again', () => {
  const bytes = new Uint8Array(2 * 1024 * 1024).fill(7)
  const encoded = encodeMessage(messageOf({ blocks: [{ cid: cidOf(1), bytes }] }), 'v1')

  assert.ok(encoded.byteLength < MAX_MESSAGE_SIZE)
  assert.ok(decodeMessage(encoded).blocks[0]?.bytes.buffer === bytes.buffer)
})

/** CIDs as short as can be: eight bytes of message each. */
function shortCID (number: number): CID {
  return CID.createV1(0x55, Digest.create(0x12, Uint8Array.of(number >> 16, number >> 8, number)))
}

test('of wants, cancels and presences a message has as many as may be, and the rest is counted', () => {
  for (const count of [MAX_ENTRIES, MAX_ENTRIES + 1]) {
    const cids = Array.from({ length: count }, (_, i) => shortCID(i))
    const left = count - MAX_ENTRIES
    const wants = decodeMessage(encodeMessage(messageOf({ wants: cids.slice(5).map(cid => wantOf(cid)), cancels: cids.slice(0, 5) }), 'v1'))
    const presences = decodeMessage(encodeMessage(messageOf({ presences: cids.map(cid => ({ cid, type: 'have' })) }), 'v1'))

    assert.equal(wants.wants.length + wants.cancels.length, MAX_ENTRIES)
    assert.equal(wants.malformed, left)
    assert.equal(presences.presences.length, MAX_ENTRIES)
    assert.equal(presences.malformed, left)
  }
})

test('of blocks a message has as many as may be, and the rest is counted', () => {
  for (const count of [MAX_ENTRIES, MAX_ENTRIES + 1]) {
    for (const one of [hex('12 00'), hex('1a 06 0a 04 01 55 12 20')]) {
      const bytes = new Uint8Array(count * one.length).map((_, i) => one[i % one.length] as number)
      const message = decodeMessage(bytes)

      assert.equal(message.blocks.length, MAX_ENTRIES)
      assert.equal(message.malformed, count - MAX_ENTRIES)
    }
  }
})

test('a message full of bad entries is read to its end', () => {
  const empty = hex('0a 02 0a 00')
  const count = MAX_MESSAGE_SIZE / empty.length - 2
  const entries = new Uint8Array(count * empty.length).map((_, i) => empty[i % empty.length] as number)
  const length = new Uint8Array(4)
  writeVarint(length, 0, entries.length)

  assert.equal(decodeParts(hex('0a'), length, entries).malformed, count)
})
