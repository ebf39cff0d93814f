import assert from 'node:assert/strict'
import test from 'node:test'
import { cidOf, wantHave } from '../../test/support/serving.ts'
import { PresenceType } from '../message/message.ts'
import { presenceSize } from '../message/sizes.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Account } from './account.ts'
import { PresenceQueue } from './presence-queue.ts'
import { cidKey } from '../message/cid-key.ts'
import { createRequest, RequestState } from './request.ts'
import type { Request } from './request.ts'

const account = new Account(peerIdFromSeed(1), 10, { bytes: 0 })

function requestOf (seed: number, state: RequestState = RequestState.Have): Request {
  return Object.assign(createRequest(account, cidKey(cidOf(seed)), wantHave(cidOf(seed)), seed), { state })
}

function said (queue: PresenceQueue, maxBytes: number = 10_000): Array<[string, string]> {
  return queue.take(maxBytes).presences.map(({ cid, type }) => [cid.toString(), type])
}

test('answers come first in their order, then refusals, and each once', () => {
  const queue = new PresenceQueue(10)

  queue.refuse(cidKey(cidOf(3)))
  queue.add(requestOf(1))
  queue.add(requestOf(2, RequestState.Absent))

  assert.equal(queue.size, 3)
  assert.deepEqual(said(queue), [
    [cidOf(1).toString(), 'have'],
    [cidOf(2).toString(), 'dont-have'],
    [cidOf(3).toString(), 'dont-have']
  ])
  assert.equal(queue.size, 0)
  assert.deepEqual(said(queue), [])
})

test('the newer answer takes the place of the older, whatever it was', () => {
  const queue = new PresenceQueue(10)
  const request = requestOf(1)

  queue.refuse(request.key)
  queue.add(requestOf(1, RequestState.Absent))
  queue.add(request)

  assert.deepEqual(said(queue), [[cidOf(1).toString(), 'have']])
})

test('what need not be said any more is not said', () => {
  const queue = new PresenceQueue(10)

  queue.add(requestOf(1))
  queue.refuse(cidKey(cidOf(2)))
  queue.refuse(cidKey(cidOf(3)))
  queue.delete(cidKey(cidOf(1)))
  queue.delete(cidKey(cidOf(2)))

  assert.ok(queue.has(cidKey(cidOf(3))))
  queue.forgetRefusals()
  assert.ok(!queue.has(cidKey(cidOf(3))))
  assert.deepEqual(said(queue), [])
})

test('eight refusals are queued for each want the peer may have, and not one more', () => {
  const queue = new PresenceQueue(1)

  for (let seed = 1; seed <= 8; seed++) {
    assert.ok(queue.refuse(cidKey(cidOf(seed))))
  }

  assert.ok(!queue.refuse(cidKey(cidOf(9))))
  assert.ok(queue.refuse(cidKey(cidOf(2))), 'which is queued already')
  assert.equal(queue.size, 8)
})

test('while there are many refusals over all peers, each peer may have a few', () => {
  const ofAll = { count: 0, max: 20 }
  const [first, second] = [new PresenceQueue(16, ofAll), new PresenceQueue(16, ofAll)]
  const refusedOf = (queue: PresenceQueue, from: number, count: number): number => Array.from({ length: count }, (_, i) => queue.refuse(cidKey(cidOf(from + i)))).filter(Boolean).length

  assert.equal(refusedOf(first, 1, 30), 20)
  assert.equal(refusedOf(second, 101, 30), 2)
  assert.equal(ofAll.count, 22)
  first.delete(cidKey(cidOf(1)))
  first.delete(cidKey(cidOf(1)))
  said(first, 1)
  assert.equal(ofAll.count, 20)
  second.forgetRefusals()
  assert.equal(ofAll.count, 18)
  assert.equal(refusedOf(second, 101, 30), 2)
  first.forgetRefusals()
  said(second)
  assert.equal(ofAll.count, 0)
})

test('as much is taken as fits, and one in any case', () => {
  const queue = new PresenceQueue(10)

  for (let seed = 1; seed <= 5; seed++) {
    queue.add(requestOf(seed))
  }

  const size = presenceSize({ cid: cidOf(1), type: PresenceType.Have }, 'v1')

  assert.equal(said(queue, 2 * size).length, 2)
  assert.equal(said(queue, 2 * size - 1).length, 1)
  assert.equal(said(queue, 1).length, 1)
  assert.equal(queue.size, 1)
})
