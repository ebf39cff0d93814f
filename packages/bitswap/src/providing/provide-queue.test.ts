import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { cidsOf } from '../../test/support/providing.ts'
import { cidOfKey } from '../message/cid-key.ts'
import type { ProvideEntry } from './provide-entry.ts'
import { ProvideQueue } from './provide-queue.ts'
import type { ProvideQueueOptions } from './provide-queue.ts'
import { ProvideKind } from './provide-store.ts'

function queueOf (init: Partial<ProvideQueueOptions> = {}): ProvideQueue {
  return new ProvideQueue({ maxQueued: 100, maxAttempts: 3, retryDelay: 10, maxRetryDelay: 35, sweeps: false, ...init })
}

/** Takes all that are ready, and finishes them. */
function takeAll (queue: ProvideQueue, now: number = 0): string[] {
  const taken: string[] = []

  for (let entry = queue.take(now); entry != null; entry = queue.take(now)) {
    taken.push(entry.toCID(cidOfKey).toString())
    queue.finish(entry)
  }

  return taken
}

const take = (queue: ProvideQueue, now: number): ProvideEntry => queue.take(now) as ProvideEntry
const names = (...cids: Array<CID | undefined>): string[] => cids.map(String)

test('roots go first, then blocks and what was swept in turn', () => {
  const queue = queueOf()
  const [a, b, c, d, e, f, g] = cidsOf(1, 7) as [CID, CID, CID, CID, CID, CID, CID]

  for (const cid of [a, b, c]) {
    queue.add(cid, ProvideKind.Swept, 0)
  }

  for (const cid of [d, e]) {
    queue.add(cid, ProvideKind.Block, 0)
  }

  for (const cid of [f, g]) {
    queue.add(cid, ProvideKind.Root, 0)
  }

  assert.deepEqual(takeAll(queue), names(f, g, d, a, e, b, c))
})

test('one block is queued once, whatever its CIDs are, and as the CID it was added with', () => {
  const queue = queueOf()
  const [cid] = cidsOf(2, 1) as [CID]
  const others = [CID.createV0(cid.multihash as Parameters<typeof CID.createV0>[0]), CID.createV1(0x70, cid.multihash)]

  queue.add(cid, ProvideKind.Block, 0)
  others.forEach(other => queue.add(other, ProvideKind.Block, 0))
  assert.equal(queue.size, 1)
  assert.deepEqual(takeAll(queue), names(cid))

  for (const other of others) {
    queue.add(other, ProvideKind.Block, 0)
    assert.deepEqual(takeAll(queue), names(other))
  }
})

test('what is added again as a root moves up, and is to be kept as one', () => {
  const queue = queueOf()
  const [a, b] = cidsOf(3, 2) as [CID, CID]

  queue.add(a, ProvideKind.Block, 0)
  const { changed } = queue.add(b, ProvideKind.Block, 0)
  assert.equal(queue.add(b, ProvideKind.Root, 0).changed, changed)
  assert.equal(changed?.kind, 'root')
  assert.equal(queue.add(b, ProvideKind.Root, 0).changed, undefined)
  assert.equal(queue.add(b, ProvideKind.Block, 0).changed, undefined)
  assert.deepEqual(takeAll(queue), names(b, a))
})

test('what is being announced is not queued once more', () => {
  const queue = queueOf()
  const [cid] = cidsOf(4, 1) as [CID]

  queue.add(cid, ProvideKind.Block, 0)
  const entry = take(queue, 0)
  queue.add(cid, ProvideKind.Root, 0)
  assert.equal(queue.take(0), undefined)
  assert.deepEqual([queue.size, queue.inFlight], [1, 1])
  queue.putBack(entry)
  assert.equal(queue.take(0)?.kind, 'root')
})

test('one more than there is room for is dropped, but a root takes the place of the last block', () => {
  const queue = queueOf({ maxQueued: 3 })
  const [a, b, c, d, e] = cidsOf(5, 5) as [CID, CID, CID, CID, CID]

  for (const cid of [a, b, c]) {
    assert.notEqual(queue.add(cid, ProvideKind.Block, 0).changed, undefined)
  }

  assert.deepEqual(queue.add(d, ProvideKind.Block, 0), { dropped: true })
  assert.equal(queue.dropped, 1)
  const { changed, displaced } = queue.add(e, ProvideKind.Root, 0)
  assert.deepEqual(names(changed?.toCID(cidOfKey), displaced?.toCID(cidOfKey)), names(e, c))
  assert.deepEqual([queue.dropped, queue.size], [2, 3])
  assert.deepEqual(takeAll(queue), names(e, a, b))
})

test('among roots alone one more is dropped', () => {
  const queue = queueOf({ maxQueued: 2 })
  const [a, b, c] = cidsOf(6, 3) as [CID, CID, CID]

  queue.add(a, ProvideKind.Root, 0)
  queue.add(b, ProvideKind.Root, 0)
  assert.deepEqual(queue.add(c, ProvideKind.Root, 0), { dropped: true })
})

test('where there is a sweep half of the room is its own', () => {
  const queue = queueOf({ maxQueued: 5, sweeps: true })
  const cids = cidsOf(7, 10)

  for (const cid of cids.slice(0, 5)) {
    queue.add(cid, ProvideKind.Block, 0)
  }

  for (const cid of cids.slice(5)) {
    queue.add(cid, ProvideKind.Swept, 0)
  }

  assert.deepEqual([queue.size, queue.dropped, queue.roomFor('block'), queue.roomFor('swept')], [5, 5, 0, 0])
  queue.finish(take(queue, 0))
  queue.finish(take(queue, 0))
  assert.deepEqual([queue.roomFor('block'), queue.roomFor('swept')], [1, 1])
})

test('what failed waits twice as long each time, and holds up nobody', () => {
  const queue = queueOf({ maxAttempts: 100 })
  const [a, b] = cidsOf(8, 2) as [CID, CID]
  let now = 0
  const waits: number[] = []

  queue.add(a, ProvideKind.Block, 0)

  for (let round = 0; round < 5; round++) {
    assert.equal(queue.fail(take(queue, now), now, true), false)
    assert.equal(queue.take(now), undefined)
    const at = queue.nextAt(now) as number
    waits.push(at - now)
    now = at
  }

  assert.deepEqual(waits, [10, 20, 35, 35, 35])
  queue.fail(take(queue, now), now, true)
  queue.add(b, ProvideKind.Block, now)
  assert.equal(queue.retrying, 1)
  assert.deepEqual(takeAll(queue, now), names(b))
  assert.deepEqual(takeAll(queue, now + 34), [])
  assert.deepEqual(takeAll(queue, now + 35), names(a))
})

test('a CID is given up after so many failures, of which only those count since which another was announced', () => {
  const queue = queueOf({ retryDelay: 1, maxRetryDelay: 1 })
  const [cid] = cidsOf(9, 1) as [CID]
  let now = 0
  const fail = (counts: boolean = true): boolean => queue.fail(take(queue, now), now++, counts)

  queue.add(cid, ProvideKind.Block, 0)
  const outcomes = [fail(), fail(), fail(), fail()]
  queue.succeed()
  outcomes.push(fail(), fail())
  queue.succeed()
  outcomes.push(fail(false))
  queue.succeed()
  assert.deepEqual(outcomes, [false, false, false, false, false, false, false])
  assert.equal(queue.failed, 0)
  assert.equal(fail(), true)
  assert.equal(queue.failed, 1)
})

test('it is told how long the oldest waits, and the oldest of the sweep', () => {
  const queue = queueOf()
  const [a, b, c] = cidsOf(10, 3) as [CID, CID, CID]

  assert.deepEqual(queue.waits(5), { oldest: undefined, swept: 0 })
  queue.add(a, ProvideKind.Block, 3)
  queue.add(b, ProvideKind.Swept, 7)
  queue.restore(c, ProvideKind.Block, -20)
  assert.deepEqual(queue.waits(10), { oldest: 30, swept: 3 })
})

test('any order of adding, taking, failing and finishing leaves nothing behind and loses nothing', async () => {
  const { SeededRandom } = await import('../core/random.ts')
  const kinds = Object.values(ProvideKind)

  for (let seed = 0; seed < 50; seed++) {
    const random = new SeededRandom(seed)
    const queue = queueOf({ maxQueued: 12, sweeps: seed % 2 === 0, maxAttempts: 4 })
    const cids = cidsOf(seed, 20)
    const flying: ProvideEntry[] = []
    let ended = 0
    let begun = 0

    for (let now = 0; now < 1000; now++) {
      const entry = flying[random.int(Math.max(1, flying.length))]

      switch (random.int(6)) {
        case 0:
        case 1: {
          const { changed, displaced } = queue.add(cids[random.int(20)] as CID, kinds[random.int(3)] as ProvideKind, now)
          begun += changed?.since === now ? 1 : 0
          ended += displaced == null ? 0 : 1
          break
        }
        case 2: {
          const taken = queue.take(now)
          flying.push(...taken == null ? [] : [taken])
          break
        }
        default:
          if (entry != null) {
            flying.splice(flying.indexOf(entry), 1)
            const what = random.int(3)

            if (what === 0) {
              queue.putBack(entry)
            } else if (what === 1) {
              queue.succeed()
              queue.finish(entry)
              ended++
            } else if (queue.fail(entry, now, random.int(2) === 0)) {
              queue.finish(entry)
              ended++
            }
          }
      }

      assert.equal(queue.inFlight, flying.length, `seed ${seed}`)
      assert.equal(queue.size, begun - ended, `seed ${seed}`)
      assert.ok(queue.size <= 12, `seed ${seed}`)
    }

    flying.forEach(entry => { queue.finish(entry) })
    takeAll(queue, 10_000)
    assert.deepEqual([queue.size, queue.inFlight, queue.retrying, queue.roomFor('swept') + queue.roomFor('root')], [0, 0, 0, seed % 2 === 0 ? 12 : 24], `seed ${seed}`)
  }
})
