import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { anyBlock, cidOf, cidV0Of, hex, toHex } from '../../test/support/messages.ts'
import { MalformedMessageError } from './errors.ts'
import { defaultHashers } from './hashers.ts'
import { MAX_DIGEST_SIZE, MIN_DIGEST_SIZE } from './limits.ts'
import { decodePrefix, encodePrefix, prefixSize } from './prefix.ts'
import type { Prefix, ReceivedBlock } from './message.ts'
import { verifyBlock } from './verify-block.ts'

const FOOBAR = new TextEncoder().encode('foobar')

function received (prefix: Partial<Prefix>, bytes: Uint8Array = FOOBAR): ReceivedBlock {
  return { prefix: { version: 1, codec: 0x55, hash: 0x12, digestSize: 32, ...prefix }, bytes }
}

test('a prefix is version, codec, hash function and digest size', () => {
  assert.equal(toHex(encodePrefix(cidOf(1))), '01551220')
  assert.equal(toHex(encodePrefix(cidV0Of(1))), '00701220')
  assert.equal(toHex(encodePrefix(CID.createV1(0x0129, Digest.create(0xb220, new Uint8Array(32))))), '01a902a0e40220')
})

test('any prefix is read as it was written', () => {
  fc.assert(fc.property(anyBlock, ({ cid }) => {
    const bytes = encodePrefix(cid)

    assert.equal(prefixSize(cid), bytes.length)
    assert.deepEqual(decodePrefix(bytes), {
      version: cid.version,
      codec: cid.code,
      hash: cid.multihash.code,
      digestSize: cid.multihash.size
    })
  }))
})

test('what no CID can have is refused as a prefix', () => {
  const wrong = {
    nothing: '',
    'version 2': '02 55 12 20',
    'no digest size': '01 55 12',
    'a digest size that is cut off': '01 55 12 a0',
    'more after it': '01 55 12 20 00',
    'a codec that is not in its shortest form': '01 d5 00 12 20',
    'CIDv0 with another codec': '00 55 12 20',
    'CIDv0 with another hash function': '00 70 13 20',
    'CIDv0 with another digest size': '00 70 12 14',
    'many bytes': '01 55 12 20'.repeat(20)
  }

  for (const [what, bytes] of Object.entries(wrong)) {
    assert.throws(() => decodePrefix(hex(bytes)), MalformedMessageError, what)
  }
})

test(`digests have from ${MIN_DIGEST_SIZE} to ${MAX_DIGEST_SIZE} bytes`, () => {
  assert.equal(decodePrefix(hex('01 55 12 14')).digestSize, MIN_DIGEST_SIZE)
  assert.throws(() => decodePrefix(hex('01 55 12 13')), MalformedMessageError)
  assert.equal(decodePrefix(hex('01 55 12 80 01')).digestSize, MAX_DIGEST_SIZE)
  assert.throws(() => decodePrefix(hex('01 55 12 81 01')), MalformedMessageError)
  assert.equal(decodePrefix(hex('01 55 00 00')).digestSize, 0, 'an identity digest may be empty')

  assert.throws(() => verifyBlock(received({ digestSize: 19 }), defaultHashers), MalformedMessageError)
  assert.throws(() => verifyBlock(received({ digestSize: 0 }), defaultHashers), MalformedMessageError)
})
