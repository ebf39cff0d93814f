import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../core/random.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { RefusedEntries } from './refused-entries.ts'
import type { Entry } from './wantlist-entry.ts'

const [block] = await randomBlocks(1)

function newEntry (i: number): Entry {
  return {
    key: String(i),
    cid: block!.cid,
    priority: 1,
    wantType: 'have',
    state: 'refused',
    toldAs: block!.cid,
    repeated: false,
    answered: true,
    hasEarlier: false,
    upgrade: 'none',
    sentAt: 0,
    refusal: undefined
  }
}

test('the first is the one that was refused longest ago, whatever is taken out', () => {
  const random = new SeededRandom(1)
  const entries = Array.from({ length: 200 }, (_, i) => newEntry(i))
  const [refused, expected] = [new RefusedEntries(), new Set<Entry>()]

  for (let i = 0; i < 20_000; i++) {
    // there are many at one time, and few at another
    const entry = entries[random.int(i % 4000 < 2000 ? 200 : 20)] as Entry

    refused.delete(entry)
    expected.delete(entry)

    if (random.int(3) > 0) {
      refused.add(entry)
      expected.add(entry)
    }

    assert.equal(refused.size, expected.size)
    assert.equal(refused.first, [...expected][0])
  }
})

test('those that are gone do not pile up behind one that stays', () => {
  const refused = new RefusedEntries()
  const passing = newEntry(1)

  refused.add(newEntry(0))

  for (let i = 0; i < 10_000; i++) {
    refused.add(passing)
    assert.ok((passing.refusal ?? Infinity) < 100)
    refused.delete(passing)
  }
})
