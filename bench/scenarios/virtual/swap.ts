/**
 * Two peers that want 100 blocks of 256 KiB of each other at once, over a
 * connection of 1 MB/s each way and 50 ms one way: does fetching get in the way
 * of serving? Compared with the time one direction takes alone. The limit is
 * what the rate and a round trip cost.
 */
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { round } from './result.ts'
import type { Scenario } from './result.ts'
import { countedAfter, fetchBlocks, oneInstance, resultOf, sumOf } from './run-scenario.ts'

const BLOCKS = 100
const SIZE = 262_144
const RATE = 1_000_000

/** One way, in milliseconds. */
const LATENCY = 50

interface Swapped {
  net: VirtualNetwork
  /** When each direction was done, in seconds. */
  ends: number[]
}

async function swap (seed: number, directions: 1 | 2): Promise<Swapped & { figures: ReturnType<typeof sumOf> }> {
  const net = new VirtualNetwork({ seed, latency: LATENCY, rate: RATE, trace: { maxEntries: 0 } })
  const [alice, bob] = [await oneInstance(net, { name: 'alice' }), await oneInstance(net, { name: 'bob' })]
  const [hers, his] = [await randomBlocks(BLOCKS, { seed, size: SIZE }), await randomBlocks(BLOCKS, { seed: seed + 1, size: SIZE })]
  const jobs = [{ fetcher: alice, blocks: his }, { fetcher: bob, blocks: hers }].slice(0, directions)

  alice.hold(...hers)
  bob.hold(...his)
  net.connect(alice, bob)

  const ends = await net.run(Promise.all(jobs.map(async ({ fetcher, blocks }) => await fetchBlocks(net, fetcher, blocks))))
  const figures = sumOf(await countedAfter(net, jobs.map(({ fetcher }) => fetcher), BLOCKS))

  return { net, ends: ends.map(end => end / 1000), figures }
}

export const swapping: Scenario = {
  name: 'Swap',
  async run ({ seed }) {
    const { ends: [alone = Number.NaN] } = await swap(seed, 1)
    const { net, ends, figures } = await swap(seed, 2)
    const seconds = Math.max(...ends)

    return resultOf(net, { name: 'Swap', limit: BLOCKS * SIZE / RATE + 2 * LATENCY / 1000 }, { ...figures, seconds }, {
      oneWaySeconds: round(alone, 3),
      eachWaySeconds: ends.map(end => round(end, 3)),
      timesOneWay: round(seconds / alone, 3)
    })
  }
}
