import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { SeededRandom } from '../core/random.ts'
import { SLAB_SIZE } from './cid-decoder.ts'
import { cidOfDigest } from './cid-of-digest.ts'

test('a CID is the one the library makes of the same parts, and stays so when others are made', () => {
  const random = new SeededRandom(2)
  const made: Array<[made: CID, expected: CID]> = []

  for (let round = 0; round < 300; round++) {
    const digest = random.fillBytes(new Uint8Array(20 + random.int(45)))
    const digestSize = 20 + random.int(digest.length - 19)
    const [codec, hash] = [random.int(0x30_0000), random.int(0x1_0000)]
    const expected = CID.createV1(codec, Digest.create(hash, digest.slice(0, digestSize)))

    made.push([cidOfDigest({ version: 1, codec, hash, digestSize }, digest), expected])
  }

  const digest = random.fillBytes(new Uint8Array(32))
  made.push([cidOfDigest({ version: 0, codec: 0x70, hash: 0x12, digestSize: 32 }, digest), CID.createV0(Digest.create(0x12, digest))])

  for (const [cid, expected] of made) {
    assert.ok(cid.equals(expected))
    assert.deepEqual(cid.bytes, expected.bytes)
    assert.deepEqual([cid.version, cid.code, cid.multihash.code, cid.multihash.size], [expected.version, expected.code, expected.multihash.code, expected.multihash.size])
    assert.deepEqual(cid.multihash.digest, expected.multihash.digest)
    assert.equal(cid.toString(), expected.toString())
  }
})

test('CIDs made one after the other share a little memory', () => {
  const digest = new Uint8Array(32)
  const buffers = new Set(Array.from({ length: 100 }, () => cidOfDigest({ version: 1, codec: 0x55, hash: 0x12, digestSize: 32 }, digest).bytes.buffer))

  assert.ok(buffers.size <= 100 / Math.floor(SLAB_SIZE / 36) + 2, `${buffers.size}`)
  assert.ok([...buffers].every(({ byteLength }) => byteLength <= SLAB_SIZE))
})
