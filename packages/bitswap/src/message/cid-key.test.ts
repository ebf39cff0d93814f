import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { cidOf, cidV0Of } from '../../test/support/serving.ts'
import { cidKey, cidOfKey } from './cid-key.ts'

test('a key names one CID, and gives it back, whatever its version and codec', () => {
  const { multihash } = cidOf(1)
  const cids = [cidV0Of(1), ...[0x55, 0x70, 0x0129, 0x300000].map(code => CID.createV1(code, multihash))]

  for (const cid of cids) {
    const again = cidOfKey(cidKey(cid))

    assert.ok(again.equals(cid))
    assert.deepEqual(again.bytes, cid.bytes)
  }

  assert.equal(new Set(cids.map(cidKey)).size, cids.length)
})
