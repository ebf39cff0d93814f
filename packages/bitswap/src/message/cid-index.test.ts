import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { anyCID, cidOf, cidV0Of } from '../../test/support/messages.ts'
import { CIDIndex } from './cid-index.ts'

/** CIDs that all fall on one place of the table: they differ in bytes that are not hashed. */
function collidingCID (number: number): CID {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, number)

  return CID.createV1(0x55, Digest.create(0x12, digest))
}

test('CIDs are numbered in the order they come, and known again', () => {
  for (const expected of [0, 3, 2000]) {
    const index = new CIDIndex(expected)

    for (let i = 0; i < 1000; i++) {
      assert.equal(index.add(cidOf(i)), i)
    }

    for (let i = 0; i < 1000; i++) {
      assert.equal(index.add(CID.decode(cidOf(i).bytes)), i)
    }

    assert.equal(index.size, 1000)
    assert.equal(index.collided, false)
  }
})

test('one hash under two CIDs has two numbers', () => {
  const index = new CIDIndex()

  assert.equal(index.add(cidV0Of(1)), 0)
  assert.equal(index.add(cidV0Of(1).toV1()), 1)
  assert.equal(index.add(cidOf(1)), 2)
  assert.equal(index.add(cidV0Of(1)), 0)
})

test('whatever the CIDs, the numbers are those a Map would give', () => {
  fc.assert(fc.property(fc.array(anyCID, { maxLength: 100 }), cids => {
    const index = new CIDIndex()
    const numbers = new Map<string, number>()

    for (const cid of cids) {
      const expected = numbers.get(cid.toString()) ?? numbers.size
      numbers.set(cid.toString(), expected)
      assert.equal(index.add(cid), expected)
    }
  }))
})

test('CIDs that were made to collide cost no more than a Map of strings', () => {
  const index = new CIDIndex()

  for (let i = 0; i < 20_000; i++) {
    assert.equal(index.add(collidingCID(i)), i)
  }

  assert.equal(index.collided, true)

  for (let i = 0; i < 20_000; i += 7) {
    assert.equal(index.add(collidingCID(i)), i)
  }

  assert.equal(index.add(cidOf(1)), 20_000)
})

test('looking for the same colliding CID again and again ends in a Map too', () => {
  const index = new CIDIndex(1000)

  for (let i = 0; i < 1000; i++) {
    index.add(cidOf(i))
  }

  // few enough that adding them stays within the allowance
  for (let i = 0; i < 60; i++) {
    assert.equal(index.add(collidingCID(i)), 1000 + i)
  }

  assert.equal(index.collided, false)

  for (let i = 0; i < 1000; i++) {
    assert.equal(index.add(collidingCID(59)), 1059)
  }

  assert.equal(index.collided, true)
  assert.equal(index.add(cidOf(999)), 999)
})

test('a table that collides while it grows ends in a Map, and keeps its numbers', () => {
  const index = new CIDIndex(32)
  const cids = [...Array.from({ length: 20 }, (_, i) => collidingCID(i)), ...Array.from({ length: 13 }, (_, i) => cidOf(100 + i))]
  const last = cids.pop() as CID

  for (const [number, cid] of cids.entries()) {
    assert.equal(index.add(cid), number)
  }

  // each of these takes eleven steps more than a look-up may: what is left is too little for growing
  for (let i = 0; i < 10; i++) {
    index.add(collidingCID(19))
  }

  assert.equal(index.collided, false)
  assert.equal(index.add(last), 32)
  assert.equal(index.collided, true)
  assert.deepEqual([...cids, last].map(cid => index.add(cid)), Array.from({ length: 33 }, (_, i) => i))
})
