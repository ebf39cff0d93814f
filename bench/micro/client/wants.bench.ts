/**
 * What wants cost the client: memory, and the time to add one and to receive
 * one, with few and with many open, among peers that have none of them; and
 * thousands of calls against one. Fails when a bound is missed.
 *
 *   npm run bench:micro -- [--quick] [--wants 50000] [--peers 600] [--rounds 21]
 *
 * Times are of the processor, and the two that are compared are measured by
 * turns. What else the machine does is in neither but for caches that it fills,
 * which makes some rounds slow and none fast: the ratio is of the lower quartiles.
 */
import { parseArgs } from 'node:util'
import type { PeerId } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import { randomBlocks } from 'ts-bitswap/testing'
import { SeededRandom } from '../../../packages/bitswap/src/core/random.ts'
import { median } from '../../suite/statistics.ts'
import { RawPeers } from './raw-peers.ts'

/** Open, where few are. */
const FEW = 100

/** Added or received in one go: no more than may be asked of everybody at once. */
const BATCH = 50

/** No more than `getBlocks` looks ahead. */
const CALLS = 4000

/** Times what it costs with few open. */
const MAX_RATIO = 2

/** Times what one call costs. */
const MAX_CALLS_RATIO = 2

const MIB = 1024 * 1024
const MAX_HEAP = 300 * MIB

/** Bytes for a want, and for each peer that was told of one: 50 000 wants and 600 peers that hold 1024 each make up the 300 MiB. */
const MAX_PER_WANT = 3600
const MAX_PER_TOLD = 200

const { values } = parseArgs({
  options: {
    wants: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '21' },
    quick: { type: 'boolean', default: false }
  }
})
const wants = Number(values.wants ?? (values.quick ? 5000 : 50_000))
const peers = Number(values.peers ?? (values.quick ? 60 : 600))
const rounds = Number(values.rounds)
const random = new SeededRandom(1)
const misses: string[] = []
let seed = 0

function say (what: string, value: string): void {
  console.log(`${what.padEnd(50)} ${value.padStart(36)}`)
}

function bound (what: string, value: number, most: number, unit: string): void {
  say(what, `${value.toFixed(2)} ${unit} (≤ ${most.toFixed(0)})`)

  if (!(value <= most)) {
    misses.push(`${what}: ${value.toFixed(2)} ${unit}, over ${most.toFixed(0)}`)
  }
}

function heapUsed (): number {
  // what the first has freed may let the second free more
  globalThis.gc?.()
  globalThis.gc?.()

  return process.memoryUsage().heapUsed
}

function quartile (values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
}

/** In milliseconds. */
async function timed (work: () => unknown): Promise<number> {
  const start = process.cpuUsage()

  await work()

  const { user, system } = process.cpuUsage(start)

  return (user + system) / 1000
}

/** Names of blocks that nobody has, in one piece of memory as those that come out of one node of a DAG. */
function newCids (): CID[] {
  const bytes = new Uint8Array(BATCH * 36)

  return Array.from({ length: BATCH }, (_, i) => {
    const cid = bytes.subarray(i * 36, (i + 1) * 36)

    cid.set([0x01, 0x55, 0x12, 32])
    random.fillBytes(cid.subarray(4))

    return CID.decode(cid)
  })
}

function opened (count: number): RawPeers {
  const table = new RawPeers(peers)

  while (table.wants < count) {
    table.open(newCids())
  }

  return table
}

/** How many times as long it takes at the table with many wants as at the one with few. */
async function compare (few: RawPeers, many: RawPeers): Promise<void> {
  const times = { add: { few: [] as number[], many: [] as number[] }, receive: { few: [] as number[], many: [] as number[] } }

  for (let round = 0; round < rounds; round++) {
    for (const [name, table] of [['few', few], ['many', many]] as const) {
      const blocks = await randomBlocks(BATCH, { seed: ++seed, size: 32 })

      times.add[name].push(await timed(() => { table.open(blocks.map(({ cid }) => cid)) }) / BATCH)
      times.receive[name].push(await timed(async () => { await table.receive(table.peers[0] as PeerId, blocks) }) / BATCH)
    }
  }

  for (const [what, { few, many }] of Object.entries(times)) {
    say(`to ${what} a want, ${FEW} and ${wants} open`, `${median(few).toFixed(3)}, ${median(many).toFixed(3)} ms`)
    bound(`to ${what} a want, the ratio`, quartile(many) / quartile(few), MAX_RATIO, 'times')
  }
}

async function comeAndGo (who: string, table: RawPeers, peer: PeerId): Promise<void> {
  const leaves: number[] = []
  const comes: number[] = []

  for (let round = 0; round < 3; round++) {
    leaves.push(await timed(() => { table.leave(peer) }))
    comes.push(await timed(() => { table.connect(peer) }))
  }

  say(`${who} leaves, and comes back`, `${median(leaves).toFixed(1)}, ${median(comes).toFixed(1)} ms`)
}

async function manyWants (): Promise<void> {
  const before = heapUsed()
  const many = opened(wants)
  const heap = heapUsed()
  const { told } = many

  say('wants open, peers, answers to each', `${many.wants}, ${peers}, ${(many.sent.wants / wants).toFixed(0)}`)
  bound('heap', heap / MIB, MAX_HEAP / MIB, 'MiB')
  bound('of it for wants', (heap - before) / MIB, (wants * MAX_PER_WANT + told * MAX_PER_TOLD) / MIB, 'MiB')

  await compare(opened(FEW), many)

  if (many.ended.failed > 0 || many.ended.came !== rounds * BATCH) {
    misses.push(`${many.ended.came} blocks came, ${many.ended.failed} calls failed`)
  }

  await comeAndGo('a stranger', many, many.peers.at(-1) as PeerId)
  await comeAndGo('a peer that sent blocks', many, many.peers[0] as PeerId)
}

async function all<T> (items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []

  for await (const item of items) {
    all.push(item)
  }

  return all
}

async function manyCalls (): Promise<void> {
  const blocks = await randomBlocks(CALLS, { seed: ++seed, size: 32 })
  const times: { many: number[], one: number[] } = { many: [], one: [] }
  const messages = { many: 0, one: 0 }
  const ways = {
    many: async (table: RawPeers) => await Promise.all(blocks.map(async ({ cid }) => await table.client.getBlock(undefined, cid))),
    one: async (table: RawPeers) => await all(table.client.getBlocks(undefined, blocks.map(({ cid }) => cid)))
  }

  for (let round = 0; round < rounds; round++) {
    for (const name of ['many', 'one'] as const) {
      const table = new RawPeers(1, { blocks })

      times[name].push(await timed(async () => {
        const coming = ways[name](table)

        // the input of `getBlocks` is gone through first
        await table.clock.advance(0)
        table.talk()
        await coming
      }))
      messages[name] = table.sent.messages
    }
  }

  say(`${CALLS} blocks, by as many calls and by one`, `${median(times.many).toFixed(1)}, ${median(times.one).toFixed(1)} ms`)
  bound('many calls, the ratio', quartile(times.many) / quartile(times.one), MAX_CALLS_RATIO, 'times')
  bound(`messages over the ${messages.one} of one call`, messages.many - messages.one, 0, 'more')
}

await manyCalls()
await manyWants()

if (misses.length > 0) {
  console.error(misses.join('\n'))
  process.exitCode = 1
}
