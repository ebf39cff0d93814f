import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { cidOf, cidV0Of, messageOf, wantOf } from '../../test/support/messages.ts'
import { encodeMessage } from './encode.ts'
import { PresenceType, WantType } from './message.ts'
import {
  blockSize,
  cancelBodySize,
  cancelSize,
  encodedSize,
  pendingBytesSize,
  presenceBodySize,
  presenceSize,
  toInt32,
  toPendingBytes,
  wantBodySize,
  wantlistSize,
  wantSize
} from './sizes.ts'

const NEAR_MAX = 0x7fff_fffe
const EMPTY = encodeMessage(messageOf({}), 'v1').byteLength

test('entries have the sizes boxo says they have, plus tag and length', () => {
  const want = wantOf(cidV0Of(1), { priority: NEAR_MAX, sendDontHave: true })
  const have = { ...want, wantType: WantType.Have }

  assert.equal(wantBodySize(want), 44)
  assert.equal(wantBodySize(have), 46)
  assert.equal(cancelBodySize(cidV0Of(1)), 38)
  assert.equal(wantBodySize({ ...want, cid: cidOf(1) }), 46)
  assert.equal(cancelBodySize(cidOf(1)), 40)

  assert.equal(wantSize(want), 46)
  assert.equal(wantSize(have), 48)
  assert.equal(cancelSize(cidV0Of(1)), 40)
})

test('presences have the sizes boxo says they have, plus tag and length', () => {
  assert.equal(presenceBodySize({ cid: cidOf(1), type: PresenceType.Have }), 38)
  assert.equal(presenceBodySize({ cid: cidOf(1), type: PresenceType.DontHave }), 40)
  assert.equal(presenceSize({ cid: cidOf(1), type: PresenceType.DontHave }, 'v1'), 42)
  assert.equal(presenceSize({ cid: cidOf(1), type: PresenceType.DontHave }, 'v0'), 0)
})

test('adding a thing to a message adds the size it says', () => {
  const long = CID.createV1(0x0129, Digest.create(0xb220, new Uint8Array(128)))

  for (const cid of [cidV0Of(1), cidOf(1), long]) {
    for (const priority of [0, 1, 127, 128, 0x7fff_ffff, -1, -0x8000_0000]) {
      const want = wantOf(cid, { priority })

      // the length of a long wantlist takes a byte more: see wantlistSize
      assert.equal(encodedSize(messageOf({ wants: [want] }), 'v1'), wantlistSize(wantSize(want), false))
      assert.equal(encodeMessage(messageOf({ wants: [want] }), 'v1').byteLength, wantlistSize(wantSize(want), false))
    }

    for (const type of [PresenceType.Have, PresenceType.DontHave]) {
      const presence = { cid, type }

      assert.equal(encodeMessage(messageOf({ presences: [presence] }), 'v1').byteLength, EMPTY + presenceSize(presence, 'v1'))
    }

    for (const size of [0, 1, 100, 200, 20_000]) {
      const block = { cid, bytes: new Uint8Array(size) }

      assert.equal(encodeMessage(messageOf({ blocks: [block] }), 'v1').byteLength, EMPTY + blockSize(block, 'v1'))
      assert.equal(encodeMessage(messageOf({ blocks: [block] }), 'v0').byteLength, EMPTY + blockSize(block, 'v0'))
    }
  }
})

test('pending bytes take up to six bytes, and none in v0', () => {
  for (const pendingBytes of [0, 1, 300, 0x7fff_ffff, 2 ** 40, -5]) {
    const size = encodeMessage(messageOf({ pendingBytes }), 'v1').byteLength

    assert.equal(size, EMPTY + pendingBytesSize(pendingBytes, 'v1'))
  }

  assert.equal(pendingBytesSize(2 ** 40, 'v1'), 6)
  assert.equal(pendingBytesSize(5, 'v0'), 0)
})

test('an empty wantlist takes two bytes, and full two more', () => {
  assert.equal(wantlistSize(0, false), 2)
  assert.equal(wantlistSize(0, true), 4)
  assert.equal(EMPTY, 2)
})

test('numbers that do not fit are the nearest that does', () => {
  assert.equal(toInt32(0x7fff_ffff), 0x7fff_ffff)
  assert.equal(toInt32(0x8000_0000), 0x7fff_ffff)
  assert.equal(toInt32(-0x8000_0000), -0x8000_0000)
  assert.equal(toInt32(-0x8000_0001), -0x8000_0000)
  assert.equal(toInt32(Infinity), 0x7fff_ffff)
  assert.equal(toInt32(1.9), 1)
  assert.equal(toInt32(-1.9), -1)
  assert.equal(toInt32(-0.5), 0)
  assert.ok(Object.is(toInt32(-0.5), 0))
  assert.equal(toInt32(NaN), 0)
  assert.equal(toPendingBytes(-1), 0)
  assert.equal(toPendingBytes(2 ** 40), 0x7fff_ffff)
})
