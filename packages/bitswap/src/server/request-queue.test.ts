import assert from 'node:assert/strict'
import test from 'node:test'
import { cidOf, wantBlock } from '../../test/support/serving.ts'
import { SeededRandom } from '../core/random.ts'
import { cidKey } from '../message/cid-key.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Account } from './account.ts'
import { RequestQueue } from './request-queue.ts'
import { createRequest } from './request.ts'
import type { Request } from './request.ts'

const account = new Account(peerIdFromSeed(1), 10, { bytes: 0 })

function requestOf (order: number, priority: number): Request {
  const cid = cidOf(order)

  return createRequest(account, cidKey(cid), wantBlock(cid, { priority }), order)
}

function drain (queue: RequestQueue): number[] {
  const orders: number[] = []

  for (let request = queue.peek(); request != null; request = queue.peek()) {
    queue.delete(request)
    orders.push(request.order)
  }

  return orders
}

test('requests come out by priority, then in the order of their age, not of their coming', () => {
  const queue = new RequestQueue()

  for (const request of [requestOf(4, 1), requestOf(1, 1), requestOf(2, 5), requestOf(3, -5), requestOf(0, 5)]) {
    queue.push(request, 1)
  }

  assert.deepEqual(drain(queue), [0, 2, 1, 4, 3])
})

test('the bytes are those of what is in, and add up over queues', () => {
  const total = { bytes: 0 }
  const [first, second] = [new RequestQueue(total), new RequestQueue(total)]
  const request = requestOf(1, 1)

  first.push(request, 100)
  first.push(requestOf(2, 1), 20)
  second.push(requestOf(3, 1), 3)

  assert.deepEqual([first.size, first.bytes, second.bytes, total.bytes], [2, 120, 3, 123])
  assert.ok(first.delete(request))
  assert.ok(!first.delete(request))
  assert.deepEqual([first.size, first.bytes, total.bytes], [1, 20, 23])
})

test('a change of priority moves a request when the queue is told, and not before', () => {
  const queue = new RequestQueue()
  const requests = [requestOf(0, 1), requestOf(1, 1), requestOf(2, 1)]

  requests.forEach(request => { queue.push(request, 10) })
  const [, , last] = requests as [Request, Request, Request]
  last.priority = 2

  assert.equal(queue.peek()?.order, 0)
  assert.ok(queue.update(last))
  assert.equal(queue.peek()?.order, 2)
  assert.equal(queue.bytes, 30)
  assert.ok(!queue.update(requestOf(9, 9)))
  assert.deepEqual(drain(queue), [2, 0, 1])
})

test('whatever is put in, taken out and moved, the most urgent that is left comes first', () => {
  const random = new SeededRandom(3)
  const queue = new RequestQueue()
  const inside = new Set<Request>()
  const requests = Array.from({ length: 300 }, (_, order) => requestOf(order, 0))

  for (let step = 0; step < 20_000; step++) {
    const request = requests[random.int(requests.length)] as Request

    if (!inside.has(request)) {
      request.priority = random.int(5)
      queue.push(request, 1)
      inside.add(request)
    } else if (random.int(3) === 0) {
      request.priority = random.int(5)
      queue.update(request)
    } else {
      queue.delete(request)
      inside.delete(request)
    }
  }

  const expected = [...inside].sort((a, b) => b.priority - a.priority || a.order - b.order).map(({ order }) => order)

  assert.deepEqual(drain(queue), expected)
  assert.equal(queue.bytes, 0)
})
