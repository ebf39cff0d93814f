import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as dagPb from '@ipld/dag-pb'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { someBytes } from '../../test/blocks.ts'
import { KeySet } from './key-set.ts'

const SHA2_256 = 0x12

function cidOf (digest: Uint8Array, code: number = SHA2_256): CID {
  return CID.createV1(raw.code, Digest.create(code, digest))
}

test('each key is there once it is added, and no other is', () => {
  const keys = new KeySet()
  const bytes = someBytes(32 * 20_000)
  const cids = Array.from({ length: 20_000 }, (_, index) => cidOf(bytes.slice(index * 32, (index + 1) * 32)))
  const added = cids.slice(0, 10_000)

  assert.ok(added.every(cid => keys.add(cid)))
  assert.ok(added.every(cid => !keys.add(cid)))
  assert.equal(keys.size, 10_000)
  assert.ok(added.every(cid => keys.has(cid)))
  assert.ok(!cids.slice(10_000).some(cid => keys.has(cid)))
})

test('a key that is all zeros, and one that is short, are keys like others', () => {
  const keys = new KeySet()

  for (const digest of [new Uint8Array(32), new Uint8Array(1), new Uint8Array(0), Uint8Array.of(1)]) {
    assert.equal(keys.has(cidOf(digest)), false)
    assert.equal(keys.add(cidOf(digest)), true)
    assert.equal(keys.has(cidOf(digest)), true)
  }
})

test('hash functions, cut digests and variants are told apart; versions and codecs are not', () => {
  const keys = new KeySet()
  const digest = someBytes(32)

  keys.add(cidOf(digest))
  assert.equal(keys.has(cidOf(digest, 0xb220)), false)
  assert.equal(keys.has(cidOf(digest.slice(0, 20))), false)
  assert.equal(keys.has(cidOf(digest), dagPb.code), false)
  assert.equal(keys.has(CID.createV0(Digest.create(SHA2_256, digest))), true)
  assert.equal(keys.add(cidOf(digest), dagPb.code), true)
})
