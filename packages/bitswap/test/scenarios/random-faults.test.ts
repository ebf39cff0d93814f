/**
 * Random lives of small networks, with every fault there is; afterwards all
 * must come right. The board of every instance is checked after every step of
 * the clock. A failure names its seed: the same seed gives the same life.
 */
import { test } from 'node:test'
import { RandomRun } from '../random-run.ts'

const FIRST_SEED = 1
const SEEDS = 40

for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
  test(`whatever happens, no want is forgotten and nothing is left behind (seed ${seed})`, async () => {
    await new RandomRun(seed).live()
  })
}
