/**
 * A chain of 100 linked blocks of 2 kB from one seed, 50 ms away: each must be
 * there before the next is known. The limit is a round trip for each.
 */
import { chainDag, VirtualNetwork } from 'ts-bitswap/testing'
import type { Fetch } from './fetch.ts'
import { round } from './result.ts'
import type { Scenario } from './result.ts'
import { countedAfter, fetchBlocks, oneInstance, resultOf, sumOf } from './run-scenario.ts'

const LENGTH = 100

/** One way, in milliseconds. */
const LATENCY = 50

export const chain: Scenario = {
  name: 'Chain',
  async run ({ seed }) {
    const net = new VirtualNetwork({ seed, latency: LATENCY, streamRoundTrips: 0, trace: { maxEntries: 0 } })
    const leech = await oneInstance(net, { name: 'leech' })
    const holder = await oneInstance(net, { name: 'seed' })
    const dag = await chainDag({ seed, length: LENGTH })
    const walk: Fetch = async (source, [root], take) => {
      for (let cid = root; cid != null; [cid] = dag.children(cid)) {
        take(cid, await source.getBlock(cid))
      }
    }

    holder.hold(...dag.blocks)
    net.connect(leech, holder)

    const end = await net.run(fetchBlocks(net, leech, dag.blocks, walk))
    const figures = sumOf(await countedAfter(net, [leech], LENGTH))

    return resultOf(net, { name: 'Chain', limit: LENGTH * 2 * LATENCY / 1000 }, { ...figures, seconds: end / 1000 }, { millisecondsPerLevel: round(end / LENGTH, 3), roundTrip: 2 * LATENCY })
  }
}
