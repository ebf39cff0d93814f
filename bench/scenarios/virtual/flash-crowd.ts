/**
 * One seed, many leeches that all come at once, 10 MB/s up and down each, 25 ms
 * apart, 100 blocks of 256 KiB (for 150 leeches 20, unless in full): how often must the seed send each block? (Users
 * saw 60 peers do well and 150 take several times as long:
 * discuss.ipfs.tech/t/17015. Rates, latency and sizes are ours.)
 *
 * All are connected with the seed, and with each other, or with at least 20
 * others, drawn. The limit is the time in which all blocks pass the link of one
 * leech, and a round trip.
 */
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { mean, percentile, round } from './result.ts'
import type { Scenario } from './result.ts'
import { connectAll, countedAfter, fetchBlocks, oneInstance, resultOf, sumOf } from './run-scenario.ts'

const BLOCKS = 100

/** For the largest crowd by default: it takes long. */
const FEW_BLOCKS = 20
const SIZE = 262_144
const RATE = 10_000_000

/** One way, in milliseconds. */
const LATENCY = 25

/** Up to so many leeches are connected with each other. */
const MAX_MESH = 32

const NEIGHBOURS = 20

/** Connects each with others until it has so many at least. */
function connectSome (net: VirtualNetwork, leeches: readonly Instance[]): void {
  for (const leech of leeches) {
    let count = leeches.filter(other => net.isConnected(leech, other)).length

    while (count < NEIGHBOURS) {
      const other = leeches[net.random.int(leeches.length)] as Instance

      if (other !== leech && !net.isConnected(leech, other)) {
        net.connect(leech, other)
        count++
      }
    }
  }
}

function flashCrowd (crowd: number): Scenario {
  const name = `FlashCrowd-${crowd}`

  return {
    name,
    async run ({ seed, full }) {
      const count = full || crowd <= MAX_MESH ? BLOCKS : FEW_BLOCKS
      const net = new VirtualNetwork({ seed, latency: LATENCY, uplink: RATE, downlink: RATE, trace: { maxEntries: 0 } })
      const holder = await oneInstance(net, { name: 'seed' })
      const leeches = await net.instances(crowd, { name: 'leech', connected: 'none' })
      const blocks = await randomBlocks(count, { seed, size: SIZE })

      holder.hold(...blocks)
      connectAll(net, [holder], leeches)

      if (crowd > MAX_MESH) {
        connectSome(net, leeches)
      } else {
        connectAll(net, leeches)
      }

      const ends = await net.run(Promise.all(leeches.map(async leech => await fetchBlocks(net, leech, blocks))))
      const figures = sumOf(await countedAfter(net, leeches, count))

      return resultOf(net, { name, limit: count * SIZE / RATE + 2 * LATENCY / 1000 }, { ...figures, seconds: Math.max(...ends) / 1000 }, {
        meanSeconds: round(mean(ends) / 1000, 3),
        medianSeconds: round(percentile(ends, 50) / 1000, 3),
        firstSeconds: round(Math.min(...ends) / 1000, 3),
        copiesTheSeedSentPerBlock: round(net.trace.traffic({ from: holder }).blocks / count, 2)
      })
    }
  }
}

export const FLASH_CROWDS: readonly Scenario[] = [8, 32, 150].map(flashCrowd)
