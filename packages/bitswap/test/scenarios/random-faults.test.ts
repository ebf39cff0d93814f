/**
 * Random lives of small networks, with every fault there is; afterwards all
 * must come right. A failure names its seed, and the command that shows the same
 * life again; `npm run soak` lives many more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePlan, withoutLimits } from '../random/plan.ts'
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

interface Found {
  sentence: string
  seed: number
  actions: readonly number[]
  /** Was it lived with the limits that are drawn? */
  limits: boolean
}

/** Lives that failed once, of the actions that were left when the others were taken away. */
const FOUND: readonly Found[] = [
  { sentence: 'a message that waits for a block which is gone goes on with the others, though the store is fast by then', seed: 824, actions: [0, 11, 12, 15], limits: false },
  { sentence: 'a block that has come needs no search, also while it is being stored', seed: 1140, actions: [29, 31, 34, 44], limits: false },
  { sentence: 'who stops and starts again before others notice is for a while believed to want what it wanted', seed: 5924, actions: [5, 6, 9, 13, 38, 48, 49, 64], limits: false },
  { sentence: 'blocks that were read by a guess of their size may be more than fit, though the store is fast by then', seed: 642, actions: [31, 38], limits: false },
  { sentence: 'who could not send what it said it has is believed anew, though others are silent for longer', seed: 3276, actions: [7, 8, 9, 12, 18, 20], limits: true },
  { sentence: 'what is less urgent has its turn at a peer that cannot say no, though what it lacks is asked for again and again', seed: 5187, actions: [33, 47, 53, 57, 64, 65, 67], limits: false },
  { sentence: 'what was sent before serving was switched off is not wanted of us any more when it is lost', seed: 6392, actions: [18, 20, 25, 26], limits: true },
  { sentence: 'a message that waits for its turn keeps its blocks when the one before it is lost', seed: 5873, actions: [6, 9, 13, 26, 30, 33, 39], limits: true }
]

for (const { sentence, seed, actions, limits } of FOUND) {
  test(`${sentence} (seed ${seed})`, async () => {
    const plan = limits ? makePlan(seed) : withoutLimits(makePlan(seed))

    await new Run({ ...plan, actions: plan.actions.filter(({ number }) => actions.includes(number)) }).live()
  })
}
