/** How long the oldest waits: right after any order of coming and going, and by looking at few of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cidsOf } from '../../test/support/providing.ts'
import { SeededRandom } from '../core/random.ts'
import { ProvideEntry } from './provide-entry.ts'
import { ProvideQueue } from './provide-queue.ts'
import { ProvideKind } from './provide-store.ts'

const KINDS = Object.values(ProvideKind)

function queueOf (maxQueued: number): ProvideQueue {
  return new ProvideQueue({ maxQueued, maxAttempts: 3, retryDelay: 10, maxRetryDelay: 35, sweeps: true })
}

/** Counts how often it is asked since when it waits. */
class CountedEntries {
  looks = 0

  add (queue: ProvideQueue, count: number): void {
    for (const [index, cid] of cidsOf(1, count).entries()) {
      const entry = new ProvideEntry(cid, ProvideKind.Swept, index)

      Object.defineProperty(entry, 'since', { get: () => {
        this.looks++

        return index
      } })
      assert.equal(queue.addSwept(entry), true)
    }
  }

  during (work: () => void): number {
    const before = this.looks

    work()

    return this.looks - before
  }
}

test('whatever comes and goes, the oldest is the one that waits longest of those that are there', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new SeededRandom(seed)
    const queue = queueOf(32)
    const there = new Set<ProvideEntry>()
    const flying: ProvideEntry[] = []

    for (const [now, cid] of cidsOf(seed, 200).entries()) {
      const kind = KINDS[random.int(KINDS.length)] ?? ProvideKind.Block
      const { changed, displaced } = random.int(2) === 0 ? queue.add(cid, kind, now) : { changed: queue.restore(cid, kind, now - random.int(100)) }
      const taken = random.int(2) === 0 ? queue.take(now) : undefined

      if (changed != null) {
        there.add(changed)
      }

      if (displaced != null) {
        there.delete(displaced)
      }

      if (taken != null) {
        flying.push(taken)
      }

      if (random.int(3) === 0) {
        flying.splice(random.int(flying.length + 1), 1).forEach(entry => {
          queue.finish(entry)
          there.delete(entry)
        })
      }

      const waits = [...there].map(({ since }) => now - since)
      const swept = [...there].filter(({ isSwept }) => isSwept).map(({ since }) => now - since)

      assert.deepEqual(queue.waits(now), { oldest: there.size === 0 ? undefined : Math.max(...waits), swept: Math.max(0, ...swept) }, `seed ${seed}`)
      assert.equal(queue.size, there.size)
    }
  }
})

test('to tell it takes a look at as many entries among 32768 as among 64, and one that goes costs their logarithm', () => {
  for (const count of [64, 32_768]) {
    const queue = queueOf(2 * count)
    const counted = new CountedEntries()

    counted.add(queue, count)
    assert.ok(counted.during(() => { assert.deepEqual(queue.waits(count), { oldest: count, swept: count }) }) <= 2)

    for (let gone = 1; gone < 50; gone++) {
      const entry = queue.take(count)
      assert.ok(entry != null)
      const looks = counted.during(() => { queue.finish(entry) })

      assert.ok(looks <= 6 * Math.log2(count) + 6, `${looks} looks among ${count}`)
      assert.equal(queue.waits(count).oldest, count - gone)
    }
  }
})
