/**
 * One server, one client, each in its own process: how fast does a file of
 * 256 KiB blocks go? Ours and Helia in turns, in an order that is reversed each
 * round, with fresh processes for each number. Memory stores, tls, loopback.
 */
import { fileURLToPath } from 'node:url'
import { Peer } from '../../interop/harness/calls.ts'
import { median, summary } from '../statistics.ts'

const SCRIPTS = {
  ours: fileURLToPath(new URL('../sides/ours-process.ts', import.meta.url)),
  helia: fileURLToPath(new URL('../../interop/helia/node.ts', import.meta.url))
}
const CHUNK = 262_144
const PARALLEL = 64

/** At least so many times as fast as @helia/bitswap, when both get 64 blocks at a time. */
const MIN_RATIO = 1.5

type Side = keyof typeof SCRIPTS
type Way = 'get' | 'cat' | 'stream'

interface Run {
  side: Side
  way: Way
}

export interface TransferOptions {
  size: number
  rounds: number
}

export interface TransferResult {
  scenario: 'transfer'
  size: number
  /** MB/s of each round (a MB is 10^6 bytes), by side and way. */
  speeds: Record<string, number[]>
  /** How many times as fast ours is: median of ours over median of theirs. */
  ratios: Record<'get' | 'cat', number>
}

const RUNS: readonly Run[] = [
  { side: 'ours', way: 'get' },
  { side: 'helia', way: 'get' },
  { side: 'ours', way: 'cat' },
  { side: 'helia', way: 'cat' },
  { side: 'ours', way: 'stream' }
]

/** MB/s of one transfer between two new processes. */
async function measure ({ side, way }: Run, size: number, seed: number): Promise<number> {
  const [server, client] = await Promise.all([Peer.start(SCRIPTS[side], ['--tls']), Peer.start(SCRIPTS[side], ['--tls'])])

  try {
    const { cid, leaves } = await server.call<{ cid: string, leaves: string[] }>('add', { size, seed, chunkSize: CHUNK })

    await client.call('connect', { address: server.ready.address })

    const done = await client.call<{ size: number, seconds: number }>(way, way === 'cat' ? { cid } : { cids: leaves, parallel: PARALLEL })

    if (done.size !== size) {
      throw new Error(`${side} ${way}: ${done.size} bytes arrived of ${size}`)
    }

    return size / 1e6 / done.seconds
  } finally {
    await Promise.all([client.stop(), server.stop()])
  }
}

export async function transfer ({ size, rounds }: TransferOptions, say: (line: string) => void): Promise<TransferResult> {
  const speeds: Record<string, number[]> = {}

  for (let round = 0; round < rounds; round++) {
    for (const run of round % 2 === 0 ? RUNS : RUNS.toReversed()) {
      const name = `${run.side} ${run.way}`
      const speed = await measure(run, size, round)

      speeds[name] = [...speeds[name] ?? [], speed]
      say(`  round ${round + 1}: ${name.padEnd(12)} ${speed.toFixed(0)} MB/s`)
    }
  }

  const ratio = (way: Way): number => median(speeds[`ours ${way}`] ?? []) / median(speeds[`helia ${way}`] ?? [])

  return { scenario: 'transfer', size, speeds, ratios: { get: ratio('get'), cat: ratio('cat') } }
}

export function transferTable ({ size, speeds, ratios }: TransferResult): string[] {
  const row = (what: string, way: Way): string => `  ${what.padEnd(32)} ours ${summary(speeds[`ours ${way}`] ?? [])} MB/s`
  const against = (way: 'get' | 'cat'): string => `, @helia/bitswap ${summary(speeds[`helia ${way}`] ?? [])} MB/s, ratio ${ratios[way].toFixed(2)}`

  return [
    `${(size / 2 ** 20).toFixed(0)} MiB in blocks of 256 KiB, one server, one client, tls, memory stores; median (range)`,
    row(`${PARALLEL} gets at a time`, 'get') + against('get'),
    row('unixfs cat', 'cat') + against('cat'),
    row('getBlocks', 'stream')
  ]
}

/** The bounds this result misses, in words. */
export function transferMisses ({ ratios }: TransferResult): string[] {
  return ratios.get >= MIN_RATIO ? [] : [`transfer: ${ratios.get.toFixed(2)} times as fast as @helia/bitswap, and it should be ${MIN_RATIO}`]
}
