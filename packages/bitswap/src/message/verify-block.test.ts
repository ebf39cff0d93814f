import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { from } from 'multiformats/hashes/hasher'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { toHex } from '../../test/support/messages.ts'
import { multihashKey } from '../core/cid-map.ts'
import { MalformedMessageError, UnknownHashError } from './errors.ts'
import { defaultHashers, loadHasher, withDefaultHashers } from './hashers.ts'
import type { HasherLoader } from './hashers.ts'
import { MAX_DIGEST_SIZE } from './limits.ts'
import { CIDV0_PREFIX } from './prefix.ts'
import type { Block, Prefix, ReceivedBlock } from './message.ts'
import { verifyBlock } from './verify-block.ts'

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

test('a block is named by the hash of its bytes, without a promise where the hash function needs none', () => {
  const block = verifyNow(received({}))

  assert.equal(toHex(block.cid.bytes), `01551220${FOOBAR_SHA256}`)
  assert.equal(block.bytes, FOOBAR)
  assert.equal(toHex(verifyNow(received(CIDV0_PREFIX)).cid.bytes), `1220${FOOBAR_SHA256}`)
  assert.equal(toHex(verifyNow(received({ codec: 0x71 })).cid.bytes), `01711220${FOOBAR_SHA256}`)
  assert.equal(verifyNow(received({ hash: 0x13, digestSize: 64 })).cid.multihash.code, 0x13)
  assert.equal(toHex(verifyNow(received({}, new Uint8Array(0))).cid.bytes), '01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('its key is that of its CID, whatever names it, and its CID is made once', () => {
  for (const prefix of [{}, CIDV0_PREFIX, { codec: 0x71 }, { hash: 0x13, digestSize: 64 }, { digestSize: 20 }]) {
    const block = verifyBlock(received(prefix), defaultHashers)

    assert.ok(!(block instanceof Promise))
    assert.equal(block.multihashKey, multihashKey(block.cid))
    assert.equal(block.cid, block.cid)
  }
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
