import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { someBlock } from '../../test/blocks.ts'
import { dagLinks } from './dag-links.ts'

const [first, second] = [await someBlock(1, 1), await someBlock(1, 2)]

function as (code: number): CID {
  return CID.createV1(code, first.cid.multihash)
}

test('links come in the order in which they stand, whatever the codec', () => {
  const links = [second.cid, first.cid]
  const pb = dagPb.createNode(new Uint8Array(0), [{ Name: 'a', Hash: second.cid, Tsize: 1 }, { Name: 'b', Hash: first.cid, Tsize: 1 }])

  assert.deepEqual(dagLinks(as(dagPb.code), dagPb.encode(pb)).map(String), links.map(String))
  assert.deepEqual(dagLinks(as(dagCbor.code), dagCbor.encode([second.cid, { deep: [first.cid] }])).map(String), links.map(String))
  assert.deepEqual(dagLinks(as(dagJson.code), dagJson.encode([second.cid, { deep: [first.cid] }])).map(String), links.map(String))
})

test('raw bytes, cbor and json link to nothing', () => {
  for (const code of [0x55, 0x51, 0x0200]) {
    assert.deepEqual(dagLinks(as(code), dagCbor.encode([second.cid])), [])
  }
})

test('bytes that are not of their codec say so', () => {
  assert.throws(() => dagLinks(as(dagCbor.code), new Uint8Array([0xff])), { name: 'InvalidArgumentError', message: /not valid dag-cbor/ })
})
