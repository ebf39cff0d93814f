/**
 * An honest client that fetches at a steady pace while the server is attacked:
 * by a hog that asks for a thousand blocks of 1 MiB and reads nothing, and by
 * fifty floods, at the lowest priority, that each want 1024 blocks nobody has
 * every second. Against the same with another process under attack, so that
 * what the attackers take of the machine is in both. Loopback, tls.
 */
import { fileURLToPath } from 'node:url'
import { Peer } from '../../interop/harness/calls.ts'
import { median } from '../suite/statistics.ts'

const OURS = fileURLToPath(new URL('../sides/ours-process.ts', import.meta.url))
const ATTACKER = fileURLToPath(new URL('../../interop/harness/attacker-process.ts', import.meta.url))

const BLOCK = 262_144
const RATE = 20_000_000 / BLOCK
const FLOODS = 50
const NICE = 19
const HOG_BLOCKS = 1000
const HOG_SIZE = 1_048_576
const MIB = 1_048_576

/** Of what comes when others are attacked, so much must come. */
const MIN_RATE = 0.9

/** Times the 99th percentile when others are attacked. */
const MAX_LATENCY = 2

/** Above what it takes when nobody attacks. */
const MAX_MEMORY = 150 * MIB

export interface AttackOptions {
  rounds: number
  /** How long the client fetches each time. */
  seconds: number
}

/** Of one stretch. */
interface Stretch {
  bytesPerSecond: number
  /** Milliseconds. */
  median: number
  percentile99: number
  /** Of the server, above what it took before, in bytes. */
  memory: number
}

export interface AttackResult {
  scenario: 'attack'
  elsewhere: Stretch[]
  here: Stretch[]
  /** The medians of those of each round. */
  ratios: { rate: number, percentile99: number }
  memory: number
}

interface Table {
  server: Peer
  decoy: Peer
  client: Peer
}

async function addressOf (peer: Peer): Promise<string> {
  return String(peer.ready['address'])
}

/** @returns their blocks that a hog may ask for */
async function prepare (...servers: Peer[]): Promise<string[]> {
  let cids: string[] = []

  for (const server of servers) {
    cids = (await server.call<{ cids: string[] }>('addShared', { count: HOG_BLOCKS, size: HOG_SIZE })).cids
  }

  return cids
}

async function underAttack (victim: Peer, cids: string[], work: () => Promise<Stretch>): Promise<Stretch> {
  const [floods, hog] = [await Peer.start(ATTACKER), await Peer.start(ATTACKER)]
  const address = await addressOf(victim)

  try {
    await floods.call('flood', { address, count: FLOODS, nice: NICE })
    await hog.call('hog', { address, cids })

    return await work()
  } finally {
    await floods.stop()
    await hog.stop()
  }
}

async function fetch ({ server, client }: Table, seed: number, seconds: number): Promise<{ fetch: () => Promise<Stretch> }> {
  const size = Math.floor(RATE * seconds) * BLOCK
  const { leaves } = await server.call<{ leaves: string[] }>('hold', { size, seed, chunkSize: BLOCK })
  const { rss: idle } = await server.call<{ rss: number }>('watchMemory')

  return {
    fetch: async () => {
      const { size, seconds, times } = await client.call<{ size: number, seconds: number, times: number[] }>('paced', { cids: leaves, rate: RATE })
      const { rss } = await server.call<{ rss: number }>('peakMemory')
      const sorted = times.toSorted((a, b) => a - b)

      return { bytesPerSecond: size / seconds, median: median(times), percentile99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN, memory: rss - idle }
    }
  }
}

export async function attack ({ rounds, seconds }: AttackOptions, say: (line: string) => void): Promise<AttackResult> {
  const table: Table = { server: await Peer.start(OURS), decoy: await Peer.start(OURS), client: await Peer.start(OURS) }
  const [elsewhere, here]: [Stretch[], Stretch[]] = [[], []]

  try {
    const cids = await prepare(table.server, table.decoy)
    await table.client.call('connect', { address: await addressOf(table.server) })

    for (let round = 0; round < rounds; round++) {
      for (const [victim, stretches] of [[table.decoy, elsewhere], [table.server, here]] as const) {
        const { fetch: work } = await fetch(table, 1000 + 2 * round + (victim === table.server ? 1 : 0), seconds)
        const stretch = await underAttack(victim, cids, work)

        stretches.push(stretch)
        say(`  round ${round + 1}: ${victim === table.server ? 'attacked ' : 'elsewhere'} ${line(stretch)}`)
      }
    }
  } finally {
    await Promise.all(Object.values(table).map(async (peer: Peer) => { await peer.stop() }))
  }

  const ratios = (of: (stretch: Stretch) => number): number => median(here.map((stretch, i) => of(stretch) / of(elsewhere[i] as Stretch)))

  return {
    scenario: 'attack',
    elsewhere,
    here,
    ratios: { rate: ratios(({ bytesPerSecond }) => bytesPerSecond), percentile99: ratios(({ percentile99 }) => percentile99) },
    memory: Math.max(...here.map(({ memory }) => memory))
  }
}

function line ({ bytesPerSecond, median, percentile99, memory }: Stretch): string {
  return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s, a block in ${median.toFixed(1)} ms, 99 % in ${percentile99.toFixed(1)} ms, ${(memory / MIB).toFixed(0)} MiB more`
}

export function attackTable ({ ratios, memory }: AttackResult): string[] {
  return [
    'an honest client at 20 MB/s while the server is attacked, against while another process is',
    `  comes         ${ratios.rate.toFixed(2)} times as much (≥ ${MIN_RATE})`,
    `  99 % in       ${ratios.percentile99.toFixed(2)} times as long (≤ ${MAX_LATENCY})`,
    `  memory        ${(memory / MIB).toFixed(0)} MiB more (≤ ${MAX_MEMORY / MIB})`
  ]
}

export function attackMisses ({ ratios, memory }: AttackResult): string[] {
  return [
    ...ratios.rate >= MIN_RATE ? [] : [`under attack comes ${ratios.rate.toFixed(2)} of what else comes, less than ${MIN_RATE}`],
    ...ratios.percentile99 <= MAX_LATENCY ? [] : [`under attack 99 % of the blocks take ${ratios.percentile99.toFixed(2)} times as long, more than ${MAX_LATENCY}`],
    ...memory <= MAX_MEMORY ? [] : [`under attack the server takes ${(memory / MIB).toFixed(0)} MiB more, over ${MAX_MEMORY / MIB}`]
  ]
}
