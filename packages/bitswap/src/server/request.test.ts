import assert from 'node:assert/strict'
import test from 'node:test'
import { cidOf, cidV0Of, wantBlock } from '../../test/support/serving.ts'
import { multihashKey } from '../core/cid-map.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { cidKey } from '../message/cid-key.ts'
import { Account } from './account.ts'
import { createRequest, isEvictable, isLessUseful, isMoreUrgent, RequestState } from './request.ts'
import type { Usefulness } from './request.ts'

const account = new Account(peerIdFromSeed(1), 10, { bytes: 0 })

function usefulness (init: Partial<Usefulness> = {}): Usefulness {
  return { state: RequestState.Queued, priority: 1, batch: 1, order: 1, ...init }
}

test('a request knows its block by the multihash, whatever its CID', () => {
  for (const cid of [cidOf(1), cidV0Of(1)]) {
    assert.equal(createRequest(account, cidKey(cid), wantBlock(cid), 0).multihash, multihashKey(cid))
  }
})

test('the higher priority is served first, then the older', () => {
  assert.ok(isMoreUrgent({ priority: 2, order: 9 }, { priority: 1, order: 0 }))
  assert.ok(isMoreUrgent({ priority: -1, order: 9 }, { priority: -2, order: 0 }))
  assert.ok(isMoreUrgent({ priority: 1, order: 0 }, { priority: 1, order: 1 }))
  assert.ok(!isMoreUrgent({ priority: 1, order: 1 }, { priority: 1, order: 0 }))
})

test('the least useful is absent, then of low priority, then of an old message, then at the end of its message', () => {
  const absent = RequestState.Absent

  assert.ok(isLessUseful(usefulness({ state: absent, priority: 9 }), usefulness({ priority: 1 })))
  assert.ok(!isLessUseful(usefulness({ priority: 1 }), usefulness({ state: absent, priority: 9 })))
  assert.ok(isLessUseful(usefulness({ state: absent, priority: 1 }), usefulness({ state: absent, priority: 2 })))
  assert.ok(isLessUseful(usefulness({ priority: 1, batch: 9 }), usefulness({ priority: 2, batch: 1 })))
  assert.ok(isLessUseful(usefulness({ batch: 1, order: 1 }), usefulness({ batch: 2, order: 2 })))
  assert.ok(isLessUseful(usefulness({ order: 2 }), usefulness({ order: 1 })))
})

test('what is being read or is on its way makes room for nobody', () => {
  const request = createRequest(account, cidKey(cidOf(1)), wantBlock(cidOf(1)), 0)
  const evictable = Object.values(RequestState).filter(state => isEvictable({ ...request, state }))

  assert.deepEqual(evictable, ['asking', 'resting', 'absent', 'have', 'queued'])
})
