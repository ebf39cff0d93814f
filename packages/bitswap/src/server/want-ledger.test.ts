import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { cidOf, cidV0Of, wantBlock } from '../../test/support/serving.ts'
import { multihashKey } from '../core/cid-map.ts'
import { cidKey } from '../message/cid-key.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import type { Account } from './account.ts'
import { createRequest } from './request.ts'
import type { Request } from './request.ts'
import { WantLedger } from './want-ledger.ts'

const [alice, bob] = [peerIdFromSeed(1), peerIdFromSeed(2)] as [PeerId, PeerId]

function open (ledger: WantLedger, peer: PeerId): Account {
  return ledger.open(peer, 10, { bytes: 0 })
}

function add (ledger: WantLedger, account: Account, cid: CID): Request {
  const request = createRequest(account, cidKey(cid), wantBlock(cid), 0)
  ledger.add(request)

  return request
}

test('a request is found by its peer and by its block, until it is removed', () => {
  const ledger = new WantLedger()
  const account = open(ledger, alice)
  const request = add(ledger, account, cidOf(1))

  assert.equal(account.requests.get(cidKey(cidOf(1))), request)
  assert.deepEqual(ledger.requestsFor(multihashKey(cidOf(1))), [request])
  assert.equal(ledger.size, 1)

  ledger.remove(request)
  assert.equal(account.requests.size, 0)
  assert.deepEqual(ledger.requestsFor(multihashKey(cidOf(1))), [])
  assert.equal(ledger.size, 0)
})

test('a block is found by whoever wants it, under either of its names', () => {
  const ledger = new WantLedger()
  const [ours, theirs] = [open(ledger, alice), open(ledger, bob)]
  const requests = [add(ledger, ours, cidOf(1)), add(ledger, ours, cidV0Of(1)), add(ledger, theirs, cidOf(1))] as [Request, Request, Request]
  const other = add(ledger, theirs, cidOf(2))

  assert.deepEqual(ledger.requestsFor(multihashKey(cidV0Of(1))), requests)
  assert.equal(ours.requests.size, 2)

  ledger.remove(requests[1])
  assert.deepEqual(ledger.requestsFor(multihashKey(cidOf(1))), [requests[0], requests[2]])
  assert.equal(ledger.blocks, 2)
  ledger.remove(requests[0])
  ledger.remove(requests[2])
  assert.equal(ledger.blocks, 1)
  assert.deepEqual(ledger.requestsFor(multihashKey(cidOf(1))), [])
  assert.deepEqual(ledger.requestsFor(multihashKey(cidOf(2))), [other])
})

test('a peer has one account, until it is closed', () => {
  const ledger = new WantLedger()
  const account = open(ledger, alice)

  assert.equal(open(ledger, alice), account)
  assert.equal(ledger.account(alice), account)
  ledger.close(account)
  assert.equal(ledger.account(alice), undefined)
  assert.ok(!account.open)
  assert.notEqual(open(ledger, alice), account)
  assert.equal(ledger.accounts().length, 1)
})
