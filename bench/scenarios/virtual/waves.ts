/**
 * Content that becomes popular, as the experiment of beyond-bitswap's RFC
 * BBL-104: 30 nodes, all connected, 100 ms apart with 10 % jitter, 100 Mbit/s; one
 * has a block of 149 kB, and every 5 s two more ask for it, until all have it.
 * (There: what is learnt from the wants of others saves WANT-HAVEs.) Whether the
 * 100 ms are one way is not said there; here they are.
 */
import { randomBlocks, uniform, VirtualNetwork } from 'ts-bitswap/testing'
import { mean, round } from './result.ts'
import type { Scenario } from './result.ts'
import { connectAll, countedAfter, fetchBlocks, oneInstance, resultOf, sumOf } from './run-scenario.ts'

const NODES = 30
const SIZE = 149_000
const WAVE = 2
const WAVE_INTERVAL = 5000
const LATENCY = 100
const JITTER = 10
const RATE = 12_500_000

export const waves: Scenario = {
  name: 'Waves',
  async run ({ seed }) {
    const net = new VirtualNetwork({ seed, latency: LATENCY, jitter: uniform(0, JITTER), rate: RATE, trace: { maxEntries: 0 } })
    const holder = await oneInstance(net, { name: 'seed' })
    const leeches = await net.instances(NODES - 1, { name: 'leech' })
    const blocks = await randomBlocks(1, { seed, size: SIZE })
    const times: number[] = []

    holder.hold(...blocks)
    connectAll(net, [holder], leeches)

    for (let i = 0; i < leeches.length; i += WAVE) {
      const start = net.clock.now()
      const wave = leeches.slice(i, i + WAVE)
      const ends = await net.run(Promise.all(wave.map(async leech => await fetchBlocks(net, leech, blocks))))

      times.push(...ends.map(end => end - start))
      await net.advance(start + WAVE_INTERVAL - net.clock.now())
    }

    const figures = sumOf(await countedAfter(net, leeches, 1))
    const { wantHaves, wantBlocks } = net.trace.traffic()

    return resultOf(net, { name: 'Waves' }, { ...figures, seconds: times.reduce((sum, time) => sum + time, 0) / 1000 }, {
      meanSeconds: round(mean(times) / 1000, 3),
      firstWaveSeconds: round(mean(times.slice(0, WAVE)) / 1000, 3),
      lastWaveSeconds: round(mean(times.slice(-WAVE)) / 1000, 3),
      longestSeconds: round(Math.max(...times) / 1000, 3),
      wantHaves,
      wantBlocks,
      blocksTheSeedSent: net.trace.traffic({ from: holder }).blocks
    })
  }
}
