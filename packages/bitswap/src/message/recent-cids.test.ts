import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomCid } from '../testing/random-blocks.ts'
import { SeededRandom } from '../core/random.ts'
import { RECENT_CIDS, RecentCIDs } from './recent-cids.ts'

const random = new SeededRandom(1)

test('a CID that came lately is found by its bytes, wherever they are', () => {
  const recent = new RecentCIDs()
  const cid = randomCid(random)
  const bytes = Uint8Array.of(1, 2, 3, ...cid.bytes, 4)

  assert.equal(recent.get(bytes, 3, 3 + cid.bytes.length), undefined)
  recent.add(cid)
  assert.equal(recent.get(bytes, 3, 3 + cid.bytes.length), cid)
})

test('another CID is not taken for it, not even in the same place', () => {
  const recent = new RecentCIDs()
  const cid = randomCid(random)
  recent.add(cid)

  for (let i = 0; i < cid.bytes.length; i++) {
    const other = cid.bytes.slice()
    other[i] = (other[i] ?? 0) ^ 0x10
    assert.equal(recent.get(other, 0, other.length), undefined)
  }

  assert.equal(recent.get(cid.bytes, 1, cid.bytes.length), undefined)
  assert.equal(recent.get(Uint8Array.of(0, ...cid.bytes), 0, cid.bytes.length + 1), undefined)
})

test('there is room for so many and no more: of two in one place the later stays', () => {
  const recent = new RecentCIDs()
  const cids = Array.from({ length: RECENT_CIDS + 1 }, () => randomCid(random))
  cids.forEach(cid => { recent.add(cid) })

  assert.ok(cids.filter(cid => recent.get(cid.bytes, 0, cid.bytes.length) != null).length <= RECENT_CIDS)
  assert.equal(recent.get(cids[RECENT_CIDS].bytes, 0, cids[RECENT_CIDS].bytes.length), cids[RECENT_CIDS])
})
