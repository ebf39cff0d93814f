/**
 * Runs that use all a virtual network can do, and what they come to. Prints a
 * line for each: to be compared with those of another process, or another
 * version of Node. `npm run test:replay` does.
 */
import { internetLatency, normal, randomBlocks, uniform, VirtualNetwork } from '../../src/testing/index.ts'
import { makePlan } from '../random/plan.ts'
import { Run } from '../random/run.ts'

const RANDOM_SEEDS = [1, 2, 3, 4, 5]

/** Many peers, all conditions drawn, one that crashes, one that is routed to. */
export async function crowd (seed: number): Promise<string> {
  const net = new VirtualNetwork({ seed, latency: internetLatency(), jitter: uniform(0, 5), uplink: normal(1_000_000, 200_000, 100_000), downlink: 2_000_000 })
  const routing = net.routing({ delay: 300, interval: 20 })
  const [seedPeer, ...leeches] = await net.instances(12, { routing, connected: 'line' })
  const blocks = await randomBlocks(30, { seed, size: 20_000 })

  seedPeer?.hold(...blocks)
  blocks.forEach(({ cid }) => { routing.add(cid, ...net.members.slice(0, 1)) })
  net.clock.timer(700, () => { leeches[3]?.crash({ noticed: 1000 }) })

  const fetched = leeches.filter((_, i) => i !== 3).map(async ({ bitswap }) => {
    for await (const block of bitswap.getBlocks(blocks.map(({ cid }) => cid))) {
      void block
    }
  })

  await net.run(Promise.all(fetched))
  await net.close()

  return net.trace.hash
}

/** What each run comes to, by its name. */
export async function hashes (): Promise<Record<string, string>> {
  const all: Record<string, string> = { crowd: await crowd(1), 'crowd, another seed': await crowd(2) }

  for (const seed of RANDOM_SEEDS) {
    all[`random ${seed}`] = await new Run(makePlan(seed)).live()
  }

  return all
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await hashes())}\n`)
}
