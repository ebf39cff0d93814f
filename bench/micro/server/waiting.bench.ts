/**
 * What it costs the server when a block arrives that peers wait for, with few and
 * with many wants waiting: each is served once, and one arrival costs no more
 * where thousands of others wait. Fails when a bound is missed.
 *
 *   npm run bench:micro:server -- [--wants 100000] [--peers 100] [--rounds 21]
 *
 * Times are of the processor, of the lower quartile, measured by turns.
 */
import { parseArgs } from 'node:util'
import type { Block } from 'ts-bitswap/message'
import { randomBlocks } from 'ts-bitswap/testing'
import { median } from '../../suite/statistics.ts'
import { Waiting } from './waiting.ts'

/** Wants, where few wait. */
const FEW = 1000

/** Arrive in one go. */
const BATCH = 20

/** Peers that wait for each block. */
const SHARED = 10

/** Times what it costs with few waiting. */
const MAX_RATIO = 2

const { values } = parseArgs({
  options: {
    wants: { type: 'string', default: '100000' },
    peers: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '21' }
  }
})
const [wants, peers, rounds] = [Number(values.wants), Number(values.peers), Number(values.rounds)]

function say (what: string, value: string): void {
  console.log(`${what.padEnd(50)} ${value.padStart(36)}`)
}

function quartile (of: readonly number[]): number {
  return of.toSorted((a, b) => a - b)[Math.floor(of.length / 4)] ?? Number.NaN
}

/** In milliseconds. */
function timed (work: () => void): number {
  const start = process.cpuUsage()

  work()
  const { user, system } = process.cpuUsage(start)

  return (user + system) / 1000
}

function waiting (count: number, blocks: readonly Block[]): Waiting {
  const table = new Waiting(peers)

  table.want(blocks.slice(0, count / SHARED).map(({ cid }) => cid), SHARED)

  return table
}

const blocks = await randomBlocks(wants / SHARED, { size: 256 })
const others = await randomBlocks(FEW / SHARED + rounds * BATCH, { size: 256, seed: 2 })
const [few, many] = [waiting(FEW, others), waiting(wants, blocks)]
const times: { few: number[], many: number[] } = { few: [], many: [] }

say('wants that wait, peers, blocks', `${many.size}, ${peers}, ${blocks.length}`)

for (let round = 0; round < rounds; round++) {
  const batch = (of: readonly Block[], from: number): readonly Block[] => of.slice(from + round * BATCH, from + (round + 1) * BATCH)
  const fresh = batch(others, FEW / SHARED)

  // as many as arrive, so that they stay few
  few.want(fresh.map(({ cid }) => cid), SHARED)
  times.few.push(timed(() => { few.arrive(fresh) }) / BATCH)
  times.many.push(timed(() => { many.arrive(batch(blocks, 0)) }) / BATCH)
}

many.arrive(blocks.slice(rounds * BATCH))
const ratio = quartile(times.many) / quartile(times.few)

say(`a block arrives for ${SHARED}, ${FEW} and ${wants} waiting`, `${median(times.few).toFixed(3)}, ${median(times.many).toFixed(3)} ms`)
say('the ratio', `${ratio.toFixed(2)} times (≤ ${MAX_RATIO})`)
say('served, twice, left', `${many.served}, ${many.twice}, ${many.size}`)

if (!(ratio <= MAX_RATIO) || many.served !== wants || many.twice > 0 || many.size > 0) {
  console.error('a bound is missed')
  process.exitCode = 1
}
