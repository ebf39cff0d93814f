import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { anyCID, cidOf, cidV0Of, concat, cutEvery, hex } from '../../test/support/messages.ts'
import { CIDDecoder, SLAB_SIZE } from './cid-decoder.ts'
import { MAX_CID_SIZE } from './limits.ts'
import { ProtobufReader } from './protobuf.ts'

function decode (bytes: Uint8Array): CID | undefined {
  return new CIDDecoder(bytes.length).read(new ProtobufReader(bytes), bytes.length)
}

test('any CID is the same as multiformats makes it, however it is cut', () => {
  fc.assert(fc.property(anyCID, fc.integer({ min: 1, max: 50 }), (cid, size) => {
    const reader = new ProtobufReader(cutEvery(cid.bytes, size))
    const decoded = new CIDDecoder(cid.bytes.length).read(reader, cid.bytes.length)

    assert.deepEqual(decoded, CID.decode(cid.bytes))
    assert.equal(decoded?.toString(), cid.toString())
    assert.equal(reader.more, false)
  }))
})

test('what is no CID is passed over', () => {
  const digest = 'ab'.repeat(32)
  const wrong = {
    nothing: '',
    'a CIDv0 with a byte too many': `1220${digest}00`,
    'a CIDv0 with a byte too few': `1220${digest}`.slice(2),
    'a CIDv0 with another hash function': `1320${digest}`,
    'a CIDv0 with a shorter digest': `121f${digest.slice(2)}`,
    'version 0, spelt out': `00701220${digest}`,
    'version 2': `02551220${digest}`,
    'a version that is not in its shortest form': `8100551220${digest}`,
    'a codec that is cut off': '01 ff',
    'a codec above 2^53 - 1': `01 ffffffffffffff1f 1220${digest}`,
    'no multihash': '01 55',
    'no length of a digest': '01 55 12',
    'a digest with a byte too few': `01551220${digest}`.slice(0, -2),
    'a digest with a byte too many': `01551220${digest}00`,
    'a length of a digest that is not in its shortest form': `015512a000${digest}`
  }

  for (const [what, bytes] of Object.entries(wrong)) {
    const next = hex('07')
    const body = hex(bytes)
    const reader = new ProtobufReader(concat(body, next))

    assert.equal(new CIDDecoder(100).read(reader, body.length), undefined, what)
    assert.equal(reader.int32(), 7, `${what}: the next field is where it was`)
  }
})

test('a CID of 168 bytes is read, one of 169 is not', () => {
  // version, codec, hash function, size: 1 + 1 + 1 + 2 bytes
  const identity = (digestSize: number): Uint8Array => concat(hex('01 55 00'), Uint8Array.of(digestSize & 0x7f | 0x80, digestSize >> 7), new Uint8Array(digestSize))
  const longest = identity(MAX_CID_SIZE - 5)

  assert.equal(longest.length, 168)
  assert.deepEqual(decode(longest)?.bytes, longest)
  assert.equal(decode(identity(MAX_CID_SIZE - 4)), undefined)
})

test('a CID does not keep the message it came in', () => {
  const bytes = new Uint8Array(10_000)
  const cids = Array.from({ length: 100 }, (_, i) => i % 2 === 0 ? cidOf(5000 + i) : cidV0Of(5000 + i)) // that no other test has decoded
  let at = 0

  for (const cid of cids) {
    bytes.set(cid.bytes, at)
    at += cid.bytes.length
  }

  const decoder = new CIDDecoder(bytes.length)
  const reader = new ProtobufReader(bytes)
  const decoded = cids.map(cid => decoder.read(reader, cid.bytes.length) as CID)

  assert.deepEqual(decoded, cids.map(cid => CID.decode(cid.bytes)))

  for (const cid of decoded) {
    for (const view of [cid.bytes, cid.multihash.bytes, cid.multihash.digest]) {
      assert.notEqual(view.buffer, bytes.buffer)
      assert.ok(view.buffer.byteLength <= SLAB_SIZE)
    }
  }

  assert.ok(new Set(decoded.map(cid => cid.bytes.buffer)).size <= Math.ceil(100 * 36 / (SLAB_SIZE - 36)), 'slabs are shared')
})

test('a single CID takes no more memory than the message it came in', () => {
  assert.equal(decode(cidOf(1).bytes)?.bytes.buffer.byteLength, 36)
})

test('a CID that comes again is the same object', () => {
  const { bytes } = cidOf(7)
  const read = (): CID | undefined => new CIDDecoder(bytes.length).read(new ProtobufReader(bytes.slice()), bytes.length)

  assert.equal(read(), read())
  assert.deepEqual(read(), CID.decode(bytes))
})
