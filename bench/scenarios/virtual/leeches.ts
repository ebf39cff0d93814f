/**
 * A thousand leeches at the same ten seeds, 100 blocks of 8 kB each, on boxo's
 * network of 10 ms: how large a network can be looked at. Real time and memory
 * are of the whole process: run it alone for them. The limit is a round trip to
 * find out who has them, and one to fetch them.
 */
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { FIXED_DELAY } from './conditions.ts'
import { round } from './result.ts'
import type { Scenario } from './result.ts'
import { connectAll, countedAfter, fetchBlocks, resultOf, sumOf } from './run-scenario.ts'

const LEECHES = 1000
const SEEDS = 10
const BLOCKS = 100
const SIZE = 8000
const LIMIT = 0.04

export const manyLeeches: Scenario = {
  name: 'Leeches-1000',
  async run ({ seed }) {
    const began = performance.now()
    const net = new VirtualNetwork({ ...FIXED_DELAY, seed, trace: { maxEntries: 0 } })
    const leeches = await net.instances(LEECHES, { name: 'leech', connected: 'none' })
    const seeds = await net.instances(SEEDS, { name: 'seed', connected: 'none' })
    const blocks = await randomBlocks(BLOCKS, { seed, size: SIZE })
    let memory = 0

    seeds.forEach(instance => instance.hold(...blocks))
    connectAll(net, leeches, seeds)

    const ends = await net.run(Promise.all(leeches.map(async leech => {
      const end = await fetchBlocks(net, leech, blocks)
      memory = Math.max(memory, process.memoryUsage.rss())

      return end
    })))
    const figures = sumOf(await countedAfter(net, leeches, BLOCKS))

    return resultOf(net, { name: 'Leeches-1000', limit: LIMIT }, { ...figures, seconds: Math.max(...ends) / 1000 }, {
      realSeconds: round((performance.now() - began) / 1000, 1),
      realMemoryMiB: round(memory / 2 ** 20, 0)
    })
  }
}
