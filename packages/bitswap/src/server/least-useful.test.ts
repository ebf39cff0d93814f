import assert from 'node:assert/strict'
import test from 'node:test'
import { cidOf, wantBlock } from '../../test/support/serving.ts'
import { SeededRandom } from '../core/random.ts'
import { cidKey } from '../message/cid-key.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Account } from './account.ts'
import { LeastUseful } from './least-useful.ts'
import { Lifecycle } from './lifecycle.ts'
import { SERVER_DEFAULTS } from './options.ts'
import { createRequest, isEvictable, isLessUseful } from './request.ts'
import type { Request } from './request.ts'
import { WantLedger } from './want-ledger.ts'

/** By looking at all. */
function leastOf (account: Account): Request | undefined {
  const [first, ...others] = [...account.requests.values()].filter(isEvictable)

  return first == null ? undefined : others.reduce((least, request) => isLessUseful(request, least) ? request : least, first)
}

const MOVES: ReadonlyArray<(lifecycle: Lifecycle, request: Request) => void> = [
  (lifecycle, request) => { lifecycle.ask(request) },
  (lifecycle, request) => { lifecycle.rest(request, 5) },
  (lifecycle, request) => { lifecycle.absent(request) },
  (lifecycle, request) => { lifecycle.present(request, 2000) },
  (lifecycle, request) => { lifecycle.present(request, 3, Uint8Array.of(1, 2, 3)) },
  (lifecycle, request) => { lifecycle.reading(request) },
  (lifecycle, request) => { lifecycle.sending(request) },
  (lifecycle, request) => { lifecycle.remove(request) },
  (lifecycle, request) => {
    request.priority = (request.priority * 7 + 3) % 5
    lifecycle.reorder(request)
  },
  (_lifecycle, request) => { request.batch++ }
]

test('it is the one that looking at all finds, whatever became of the requests', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed)
    const ledger = new WantLedger()
    const lifecycle = new Lifecycle(ledger, SERVER_DEFAULTS)
    const account = ledger.open(peerIdFromSeed(1), 1000, { bytes: 0 })
    const cids = Array.from({ length: 30 }, (_, cid) => cidOf(cid))

    for (let step = 0; step < 500; step++) {
      const cid = cids[random.int(cids.length)] ?? cidOf(0)
      const request = account.requests.get(cidKey(cid))

      if (request == null) {
        lifecycle.begin(createRequest(account, cidKey(cid), wantBlock(cid, { priority: random.int(5) }), step))
      } else {
        MOVES[random.int(MOVES.length)]?.(lifecycle, request)
      }

      if (step === 100) {
        account.leastUseful = new LeastUseful(account.requests)
      }

      if (step >= 100 && random.int(3) === 0) {
        assert.equal(account.leastUseful?.peek(), leastOf(account), `seed ${seed}, step ${step}`)
      }
    }
  }
})

test('nothing has to go when all is on its way', () => {
  const ledger = new WantLedger()
  const lifecycle = new Lifecycle(ledger, SERVER_DEFAULTS)
  const account = new Account(peerIdFromSeed(1), 10, { bytes: 0 })
  const request = createRequest(account, cidKey(cidOf(1)), wantBlock(cidOf(1)), 0)

  lifecycle.begin(request)
  const leastUseful = new LeastUseful(account.requests)
  assert.equal(leastUseful.peek(), request)
  lifecycle.sending(request)
  assert.equal(leastUseful.peek(), undefined)
})
