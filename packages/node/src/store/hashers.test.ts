import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'
import { rawBlock } from '../../test/blocks.ts'
import { getHasher, hashCode, matches } from './hashers.ts'

const ABC = new TextEncoder().encode('abc')

// of 'abc': FIPS 180-4 and 202, RFC 7693, and the test vectors of BLAKE3
const DIGESTS: ReadonlyArray<[name: string, code: number, hex: string]> = [
  ['sha2-256', 0x12, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['sha2-512', 0x13, 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f'],
  ['identity', 0x00, '616263'],
  ['sha3-256', 0x16, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  ['sha3-512', 0x14, 'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0'],
  ['blake2b-512', 0xb240, 'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923'],
  ['blake2s-256', 0xb260, '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982'],
  ['blake3', 0x1e, '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85']
]

for (const [name, code, hex] of DIGESTS) {
  test(`${name} gives the digest of its specification`, async () => {
    const hasher = await getHasher(code)
    const { digest } = await hasher.digest(ABC)

    assert.equal(Buffer.from(digest).toString('hex'), hex)
    assert.equal(await hashCode(name), code)
  })
}

test('a hash function that can be forged is unknown', async () => {
  await assert.rejects(async () => await getHasher(0x11), { name: 'UnknownHashError', code: 0x11 })
  assert.equal(await hashCode('sha1'), undefined)
})

test('bytes match their CID, and no others do', async () => {
  const { cid } = await rawBlock(ABC)

  assert.equal(await matches(cid, ABC), true)
  assert.equal(await matches(cid, new Uint8Array(3)), false)
})

test('a digest that was cut short matches by what is left of it, and an empty one matches nothing', async () => {
  const { digest } = await sha256.digest(ABC)
  const cut = CID.createV1(raw.code, Digest.create(sha256.code, digest.subarray(0, 20)))
  const empty = CID.createV1(raw.code, Digest.create(sha256.code, new Uint8Array(0)))

  assert.equal(await matches(cut, ABC), true)
  assert.equal(await matches(cut, new Uint8Array(3)), false)
  assert.equal(await matches(empty, ABC), false)
})

test('an identity digest matches only when it is all of the bytes', async () => {
  const cid = CID.createV1(raw.code, Digest.create(0, ABC))
  const empty = CID.createV1(raw.code, Digest.create(0, new Uint8Array(0)))

  assert.equal(await matches(cid, ABC), true)
  assert.equal(await matches(cid, new Uint8Array([...ABC, 1])), false)
  assert.equal(await matches(empty, new Uint8Array(0)), true)
})
