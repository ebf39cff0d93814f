/**
 * One block after the other: each names the next, so nothing can be asked for
 * ahead, and what counts is the time from one block to the next. Ours from Kubo
 * and from ours, each against the least that it could cost, and Kubo from Kubo.
 * Loopback, tls; Kubo's stores are on disk.
 *
 * Those that are compared go in turns, a stretch each, in an order that is
 * reversed each time: a machine that is busy with something else is so for all.
 */
import type { ChainInit } from '../../interop/harness/chain.ts'
import { addChain } from '../../interop/harness/chain.ts'
import { Kubo } from '../../interop/harness/kubo.ts'
import { median, summary } from '../statistics.ts'
import { Client, walkChain, walkOwnChain, walkRequests } from './walks.ts'
import type { Walk } from './walks.ts'

const BLOCK_SIZE = 2_000

/** Into how many stretches a way is cut. */
const STRETCHES = 10

const Way = { FromKubo: 'ours from Kubo', BareFromKubo: 'bare from Kubo', FromOurs: 'ours from ours', Requests: 'bare requests', Kubo: 'Kubo from Kubo' } as const
type Way = typeof Way[keyof typeof Way]

/** What is held against what, and how many times as long the first may take. */
const COMPARED = [
  { what: Way.FromKubo, against: Way.BareFromKubo, limit: 1.5 },
  { what: Way.FromOurs, against: Way.Requests, limit: 3 },
  { what: Way.FromKubo, against: Way.Kubo, limit: 0.1 }
] as const

export interface ChainOptions {
  blocks: number
  rounds: number
}

export interface Comparison {
  what: string
  against: string
  /** How many times as long it takes: the median of those of each round. */
  ratio: number
  /** How many it may be. */
  limit: number
}

export interface ChainResult {
  scenario: 'chain'
  blocks: number
  /** Milliseconds a block of each round, by way. */
  times: Record<string, number[]>
  ratios: Comparison[]
}

/** Milliseconds a block of each. All are at work at one time, and only one of them at any moment. */
async function walkInTurns (walks: ReadonlyArray<[Way, Walk]>, blocks: number): Promise<Map<Way, number>> {
  const times = new Map<Way, number>()
  const steps = blocks / STRETCHES

  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    for (const [way, walk] of stretch % 2 === 0 ? walks : walks.toReversed()) {
      times.set(way, (times.get(way) ?? 0) + await walk.go(steps) * 1000 / blocks)
    }
  }

  return times
}

async function measureInTurns (server: Kubo, head: string, init: ChainInit): Promise<Map<Way, number>> {
  const source = { address: server.address, head }
  const walks: Array<[Way, Walk]> = []

  try {
    walks.push([Way.FromKubo, await walkChain(Client.Ours, source)])
    walks.push([Way.BareFromKubo, await walkChain(Client.Bare, source)])
    walks.push([Way.FromOurs, await walkOwnChain(init)])
    walks.push([Way.Requests, await walkRequests()])

    return await walkInTurns(walks, init.blocks)
  } finally {
    await Promise.all(walks.map(async ([, walk]) => { await walk.stop() }))
  }
}

async function measureKubo (server: Kubo, root: string, blocks: number): Promise<number> {
  const client = await Kubo.start()

  try {
    await client.connect(server.address)

    const start = performance.now()
    const refs = await client.refs(root)
    const duration = performance.now() - start

    if (refs.length !== blocks - 1) {
      throw new Error(`${refs.length} links arrived of ${blocks - 1}`)
    }

    return duration / blocks
  } finally {
    await client.stop()
  }
}

/** @param options - `blocks` a multiple of ten */
export async function chain ({ blocks, rounds }: ChainOptions, say: (line: string) => void): Promise<ChainResult> {
  const server = await Kubo.start()
  const times: Record<string, number[]> = {}

  try {
    for (let round = 0; round < rounds; round++) {
      const init: ChainInit = { blocks, size: BLOCK_SIZE, seed: round }
      const head = await addChain(server, init)
      const measured = await measureInTurns(server, head, init)

      measured.set(Way.Kubo, await measureKubo(server, head, blocks))

      for (const [way, time] of measured) {
        times[way] = [...times[way] ?? [], time]
        say(`  round ${round + 1}: ${way.padEnd(14)} ${time.toFixed(2)} ms a block`)
      }
    }
  } finally {
    await server.stop()
  }

  return { scenario: 'chain', blocks, times, ratios: compare(times) }
}

/** Round by round, as the machine may be slower in one than in another. */
function compare (times: Record<string, number[]>): Comparison[] {
  return COMPARED.map(({ what, against, limit }) => {
    const others = times[against] ?? []
    const ratio = median((times[what] ?? []).map((time, round) => time / (others[round] ?? Number.NaN)))

    return { what, against, ratio, limit }
  })
}

export function chainTable ({ blocks, times, ratios }: ChainResult): string[] {
  return [
    `${blocks} linked dag-cbor blocks of 2 kB, one after the other, tls; milliseconds a block, median (range)`,
    ...Object.entries(times).map(([way, values]) => `  ${way.padEnd(14)} ${summary(values, 2)}`),
    ...ratios.map(({ what, against, ratio, limit }) => `  ${what} takes ${ratio.toFixed(2)} × ${against}, at most ${limit}`)
  ]
}

/** The bounds this result misses, in words. */
export function chainMisses ({ ratios }: Pick<ChainResult, 'ratios'>): string[] {
  return ratios
    .filter(({ ratio, limit }) => !(ratio <= limit))
    .map(({ what, against, ratio, limit }) => `chain: ${what} takes ${ratio.toFixed(2)} × ${against}, and it should be at most ${limit}`)
}
