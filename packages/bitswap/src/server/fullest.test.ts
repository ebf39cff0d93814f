import assert from 'node:assert/strict'
import test from 'node:test'
import { cidOf, wantBlock } from '../../test/support/serving.ts'
import { SeededRandom } from '../core/random.ts'
import { cidKey } from '../message/cid-key.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import type { Account } from './account.ts'
import { createRequest } from './request.ts'
import { WantLedger } from './want-ledger.ts'

function sizeOfFullest ({ fullest }: WantLedger): number {
  return fullest?.requests.size ?? 0
}

test('the peer with most is known, whatever is added and removed', () => {
  const ledger = new WantLedger()
  const random = new SeededRandom(1)
  const accounts = [1, 2, 3, 4, 5].map(seed => ledger.open(peerIdFromSeed(seed), 100, { bytes: 0 }))
  const cids = Array.from({ length: 12 }, (_, seed) => cidOf(seed))
  const most = (): number => Math.max(...accounts.map(({ requests }) => requests.size))

  assert.ok(ledger.fullest == null)

  for (let step = 0; step < 3000; step++) {
    const account = accounts[random.int(accounts.length)] as Account
    const cid = cids[random.int(cids.length)] ?? cidOf(0)
    const known = account.requests.get(cidKey(cid))

    if (known == null) {
      ledger.add(createRequest(account, cidKey(cid), wantBlock(cid), step))
    } else {
      ledger.remove(known)
    }

    assert.equal(sizeOfFullest(ledger), most())
  }

  for (const account of accounts) {
    account.requests.forEach(request => { ledger.remove(request) })
  }

  assert.equal(ledger.fullest, undefined)
})
