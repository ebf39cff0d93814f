/**
 * Random lives of small networks, with every fault there is; afterwards all
 * must come right. A failure names its seed, and the command that shows the same
 * life again; `npm run soak` lives many more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePlan } from '../random/plan.ts'
import { Run } from '../random/run.ts'

const FIRST_SEED = 1
const SEEDS = 80

/** One after the other in a test: starting one costs as much as a life. */
const SEEDS_PER_TEST = 10

for (let first = FIRST_SEED; first < FIRST_SEED + SEEDS; first += SEEDS_PER_TEST) {
  const last = first + SEEDS_PER_TEST - 1

  test(`whatever happens, no want is forgotten and nothing is left behind (seeds ${first} to ${last})`, async () => {
    for (let seed = first; seed <= last; seed++) {
      await new Run(makePlan(seed)).live()
    }
  })
}

test('the same seed gives the same life, whatever is kept of it', async () => {
  const hashes = new Set<string>()

  for (const maxEntries of [0, 0, 100_000]) {
    hashes.add(await new Run(makePlan(7), { maxEntries }).live())
  }

  assert.equal(hashes.size, 1)
  assert.equal(hashes.has(await new Run(makePlan(8)).live()), false)
})
