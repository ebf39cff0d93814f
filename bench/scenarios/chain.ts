/**
 * One block after the other: each names the next, so nothing can be asked for
 * ahead, and what counts is the time from one block to the next. Ours from
 * Kubo, and Kubo from Kubo, in turns. Loopback; Kubo's stores are on disk.
 */
import { fileURLToPath } from 'node:url'
import { Peer } from '../../interop/harness/calls.ts'
import { addChain } from '../../interop/harness/chain.ts'
import { Kubo } from '../../interop/harness/kubo.ts'
import { median, summary } from '../statistics.ts'

const OURS = fileURLToPath(new URL('../sides/ours-process.ts', import.meta.url))
const BLOCK_SIZE = 2_000

/** From one block to the next, on loopback. Kubo needs ten times as long. */
const MAX_MILLISECONDS = 2

export interface ChainOptions {
  blocks: number
  rounds: number
}

export interface ChainResult {
  scenario: 'chain'
  blocks: number
  /** Milliseconds per block of each round. */
  ours: number[]
  kubo: number[]
  /** How many times as fast ours is. */
  ratio: number
}

async function measureOurs (server: Kubo, root: string, blocks: number): Promise<number> {
  const client = await Peer.start(OURS)

  try {
    await client.call('connect', { address: server.address })

    const done = await client.call<{ blocks: number, seconds: number }>('chain', { cid: root })

    if (done.blocks !== blocks) {
      throw new Error(`${done.blocks} blocks arrived of ${blocks}`)
    }

    return done.seconds * 1000 / blocks
  } finally {
    await client.stop()
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

export async function chain ({ blocks, rounds }: ChainOptions, say: (line: string) => void): Promise<ChainResult> {
  const server = await Kubo.start()
  const times: Record<'ours' | 'kubo', number[]> = { ours: [], kubo: [] }
  const measures = [['ours', measureOurs], ['kubo', measureKubo]] as const

  try {
    for (let round = 0; round < rounds; round++) {
      const root = await addChain(server, { blocks, size: BLOCK_SIZE, seed: round })

      for (const [name, measure] of round % 2 === 0 ? measures : measures.toReversed()) {
        const time = await measure(server, root, blocks)

        times[name].push(time)
        say(`  round ${round + 1}: ${name.padEnd(5)} ${time.toFixed(2)} ms a block`)
      }
    }
  } finally {
    await server.stop()
  }

  return { scenario: 'chain', blocks, ...times, ratio: median(times.kubo) / median(times.ours) }
}

export function chainTable ({ blocks, ours, kubo, ratio }: ChainResult): string[] {
  return [
    `${blocks} linked dag-cbor blocks of 2 kB, one after the other, from Kubo; median (range)`,
    `  ours ${summary(ours, 2)} ms a block, Kubo ${summary(kubo, 2)} ms a block, ratio ${ratio.toFixed(1)}`
  ]
}

/** The bounds this result misses, in words. */
export function chainMisses ({ ours }: ChainResult): string[] {
  const time = median(ours)

  return time < MAX_MILLISECONDS ? [] : [`chain: ${time.toFixed(2)} ms a block, and it should be under ${MAX_MILLISECONDS}`]
}
