import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { from } from 'multiformats/hashes/hasher'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { anyBlock, cidOf, cidV0Of, hex, toHex } from '../../test/support/messages.ts'
import { MalformedMessageError, UnknownHashError } from './errors.ts'
import { MAX_DIGEST_SIZE, MIN_DIGEST_SIZE } from './limits.ts'
import { CIDV0_PREFIX, decodePrefix, defaultHashers, encodePrefix, loadHasher, prefixSize, verifyBlock, withDefaultHashers } from './prefix.ts'
import type { Block, Prefix, ReceivedBlock } from './message.ts'
import type { HasherLoader } from './prefix.ts'

const FOOBAR = new TextEncoder().encode('foobar')
const FOOBAR_SHA256 = 'c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2'

function received (prefix: Partial<Prefix>, bytes: Uint8Array = FOOBAR): ReceivedBlock {
  return { prefix: { version: 1, codec: 0x55, hash: 0x12, digestSize: 32, ...prefix }, bytes }
}

/** Fails when a promise was made where none is needed. */
function verifyNow (block: ReceivedBlock, getHasher: HasherLoader = defaultHashers): Block {
  const verified = verifyBlock(block, getHasher)

  assert.ok(!(verified instanceof Promise), 'no promise')

  return verified
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

test('a block is named by the hash of its bytes, without a promise where the hash function needs none', () => {
  const block = verifyNow(received({}))

  assert.equal(toHex(block.cid.bytes), `01551220${FOOBAR_SHA256}`)
  assert.equal(block.bytes, FOOBAR)
  assert.equal(toHex(verifyNow(received(CIDV0_PREFIX)).cid.bytes), `1220${FOOBAR_SHA256}`)
  assert.equal(toHex(verifyNow(received({ codec: 0x71 })).cid.bytes), `01711220${FOOBAR_SHA256}`)
  assert.equal(verifyNow(received({ hash: 0x13, digestSize: 64 })).cid.multihash.code, 0x13)
  assert.equal(toHex(verifyNow(received({}, new Uint8Array(0))).cid.bytes), '01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('other bytes have another CID', () => {
  const block = verifyNow(received({}, new TextEncoder().encode('foobaz')))

  assert.notEqual(toHex(block.cid.multihash.digest), FOOBAR_SHA256)
})

test('a truncated digest is the beginning of the whole one', () => {
  const block = verifyNow(received({ digestSize: 20 }))

  assert.equal(toHex(block.cid.bytes), `01551214${FOOBAR_SHA256.slice(0, 40)}`)
  assert.deepEqual(block.cid, CID.decode(block.cid.bytes))
})

test('a digest longer than the hash function makes is refused', () => {
  assert.throws(() => verifyBlock(received({ digestSize: 33 }), defaultHashers), MalformedMessageError)
})

test('CIDv0 is for dag-pb, sha2-256 and 32 bytes only', () => {
  for (const part of [{ codec: 0x55 }, { hash: 0x13 }, { digestSize: 20 }]) {
    assert.throws(() => verifyBlock(received({ ...CIDV0_PREFIX, ...part }), defaultHashers), MalformedMessageError)
  }
})

test('an identity block is named by all its bytes, up to the longest digest', () => {
  const longest = new Uint8Array(MAX_DIGEST_SIZE).fill(7)
  const block = verifyNow(received({ hash: 0, digestSize: MAX_DIGEST_SIZE }, longest))

  assert.deepEqual(block.cid.multihash.digest, longest)

  const tooLong = new Uint8Array(MAX_DIGEST_SIZE + 1)

  assert.throws(() => verifyBlock(received({ hash: 0, digestSize: tooLong.length }, tooLong), defaultHashers), MalformedMessageError)
  assert.throws(() => verifyBlock(received({ hash: 0, digestSize: 5 }), defaultHashers), MalformedMessageError, 'not truncated')
  assert.throws(() => verifyBlock(received({ hash: 0, digestSize: 7 }), defaultHashers), MalformedMessageError)
})

test('a hash function nobody has is an error that says which', () => {
  assert.throws(() => verifyBlock(received({ hash: 0xb220 }), defaultHashers), { name: 'UnknownHashError', code: 0xb220 })
})

test('what the loader fails with is the cause', async () => {
  const failure = new Error('no network')

  assert.throws(() => verifyBlock(received({}), () => { throw failure }), { name: 'UnknownHashError', code: 0x12, cause: failure })
  await assert.rejects(async () => verifyBlock(received({}), async () => { throw failure }), { name: 'UnknownHashError', code: 0x12, cause: failure })

  const own = new UnknownHashError(0x99)
  assert.throws(() => loadHasher(0x12, () => { throw own }), error => error === own, 'not wrapped twice')
})

test('a loader or hash function that takes its time is waited for', async () => {
  const slow = from({ name: 'slow', code: 0x12, encode: async bytes => sha256.encode(bytes) })
  const foreign = { ...slow, digest: (bytes: Uint8Array) => foreignPromise(Promise.resolve(sha256.digest(bytes))) }
  const expected = `01551220${FOOBAR_SHA256}`

  for (const getHasher of [async () => sha256, () => slow, async () => slow, () => foreignPromise(Promise.resolve(sha256)), () => foreign] as HasherLoader[]) {
    const verified = verifyBlock(received({}), getHasher)

    assert.ok(verified instanceof Promise)
    assert.equal(toHex((await verified).cid.bytes), expected)
  }
})

test('a loader that gives the wrong hash function is found out', () => {
  assert.throws(() => verifyBlock(received({}), () => sha512), { name: 'UnknownHashError', code: 0x12 })
})

test('the defaults come before the loader, which has all other codes', () => {
  const asked: number[] = []
  const other = from({ name: 'other', code: 0x99, encode: bytes => sha256.encode(bytes) as Uint8Array<ArrayBuffer> })
  const getHasher = withDefaultHashers(code => {
    asked.push(code)

    return other
  })

  assert.equal(getHasher(0x12), sha256)
  assert.equal(getHasher(0x13), sha512)
  assert.equal(getHasher(0), identity)
  assert.equal(getHasher(0x99), other)
  assert.deepEqual(asked, [0x99])
  assert.throws(() => withDefaultHashers()(0x99), UnknownHashError)
})
