/**
 * One leech, three full seeds that are not alike: is each used for what it is
 * worth? The ideal time T solves sum of rate * max(0, T - round trip) = bytes:
 * each seed sends from one round trip after the start until the end.
 *
 * `PeerSelection`: the round trips of ipfs/test-plans' peer selection (100, 500,
 * 1000 ms), 8 MB/s each (64 Mbit/s). `PeerSelection-Rates`: 16, 4 and 1 MB/s, 100 ms each.
 * 256 MiB in blocks of 256 KiB, as the largest file there is four times over.
 *
 * That ideal knows no streams to open and no flow control that starts small, as
 * the wire of these two; `PeerSelection-Cold` is on one that has both: a window
 * of 256 KiB takes five round trips to let 8 MB/s through when they last a second.
 */
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { NetworkConditionsInit } from 'ts-bitswap/testing'
import { round } from './result.ts'
import type { Scenario } from './result.ts'
import { countedAfter, fetchBlocks, oneInstance, resultOf, sumOf } from './run-scenario.ts'

const BLOCKS = 1024
const SIZE = 262_144

interface SeedTraits {
  /** Uplink, in bytes per second. */
  rate: number
  /** Milliseconds. */
  roundTrip: number
}

/** In seconds. */
export function idealTime (seeds: readonly SeedTraits[], bytes: number): number {
  const nearestFirst = [...seeds].sort((a, b) => a.roundTrip - b.roundTrip)
  let [rates, head] = [0, 0]

  // with one seed more as long as it would have anything to send in time
  for (const [i, { rate, roundTrip }] of nearestFirst.entries()) {
    rates += rate
    head += rate * roundTrip / 1000
    const time = (bytes + head) / rates

    if (time <= (nearestFirst[i + 1]?.roundTrip ?? Infinity) / 1000) {
      return time
    }
  }

  return Infinity
}

/** More than there is under way to any of them. */
const OPEN: NetworkConditionsInit = { streamRoundTrips: 0, window: 16_777_216 }

function peerSelection (name: string, traits: readonly SeedTraits[], wire: NetworkConditionsInit = OPEN): Scenario {
  const bytes = BLOCKS * SIZE
  const ideal = idealTime(traits, bytes)

  return {
    name,
    async run ({ seed }) {
      const net = new VirtualNetwork({ ...wire, seed, trace: { maxEntries: 0 } })
      const leech = await oneInstance(net, { name: 'leech' })
      const blocks = await randomBlocks(BLOCKS, { seed, size: SIZE })
      const seeds = await Promise.all(traits.map(async ({ rate, roundTrip }) => {
        const instance = await oneInstance(net, { name: `seed ${roundTrip} ms ${rate / 1e6} MB/s`, uplink: rate })

        net.connect(instance, leech, { latency: roundTrip / 2 })

        return instance.hold(...blocks)
      }))
      const end = await net.run(fetchBlocks(net, leech, blocks))
      const figures = sumOf(await countedAfter(net, [leech], BLOCKS))
      const seconds = end / 1000

      return resultOf(net, { name, limit: ideal }, { ...figures, seconds }, {
        timesIdeal: round(seconds / ideal, 3),
        ...Object.fromEntries(seeds.map((instance, i) => {
          const { rate, roundTrip } = traits[i] as SeedTraits
          const share = net.trace.traffic({ from: instance, to: leech }).blockBytes / bytes

          return [instance.name, { share: round(share, 3), ideal: round(rate * Math.max(0, ideal - roundTrip / 1000) / bytes, 3) }]
        }))
      })
    }
  }
}

const FAR = [100, 500, 1000].map(roundTrip => ({ rate: 8e6, roundTrip }))
const UNLIKE = [16e6, 4e6, 1e6].map(rate => ({ rate, roundTrip: 100 }))

export const PEER_SELECTIONS: readonly Scenario[] = [
  peerSelection('PeerSelection', FAR),
  peerSelection('PeerSelection-Cold', FAR, {}),
  peerSelection('PeerSelection-Rates', UNLIKE)
]
