/**
 * How large should a message of blocks be? One server, one client, ours, each in
 * its own process: blocks of three sizes, by `server.targetMessageSize`. The
 * sizes take turns, in an order that is reversed each round, with fresh processes
 * for each number. Memory stores, tls, loopback.
 */
import { fileURLToPath } from 'node:url'
import { Peer } from '../../interop/harness/calls.ts'
import type { Held } from '../../interop/harness/content.ts'
import type { Fetched } from '../../interop/harness/ways.ts'
import { median, summary } from '../suite/statistics.ts'

const OURS = fileURLToPath(new URL('../sides/ours-process.ts', import.meta.url))
const KIB = 1024
const TARGETS = [16, 64, 128, 256, 512, 1024].map(size => size * KIB)
const BLOCKS = [256, 16, 1].map(size => size * KIB)

/** Small blocks cost more each: so many of them are enough. */
const MAX_BLOCKS = 16_384

export interface MessageSizeOptions {
  /** Of what is transferred, at the most. */
  size: number
  rounds: number
}

export interface MessageSizeResult {
  scenario: 'message-size'
  /** MB/s of each round (a MB is 10^6 bytes), by size of the blocks, then of the messages. */
  speeds: Record<number, Record<number, number[]>>
}

async function measure (target: number, chunkSize: number, size: number, seed: number): Promise<number> {
  const [server, client] = await Promise.all([Peer.start(OURS, ['--bitswap', JSON.stringify({ server: { targetMessageSize: target } })]), Peer.start(OURS)])

  try {
    const held = await server.call<Held>('hold', { size, seed, chunkSize })

    await client.call('connect', { address: server.ready['address'] })
    await client.call('take', { ...held })

    const done = await client.call<Fetched>('fetch', { by: 'list' })

    return done.size / 1e6 / done.seconds
  } finally {
    await Promise.all([client.stop(), server.stop()])
  }
}

export async function messageSize ({ size, rounds }: MessageSizeOptions, say: (line: string) => void): Promise<MessageSizeResult> {
  const speeds = Object.fromEntries(BLOCKS.map(block => [block, Object.fromEntries(TARGETS.map(target => [target, [] as number[]]))]))

  for (let round = 0; round < rounds; round++) {
    for (const block of BLOCKS) {
      for (const target of round % 2 === 0 ? TARGETS : TARGETS.toReversed()) {
        const speed = await measure(target, block, Math.min(size, MAX_BLOCKS * block), round)

        speeds[block]?.[target]?.push(speed)
        say(`  round ${round + 1}: blocks of ${block / KIB} KiB, messages of ${target / KIB}: ${speed.toFixed(0)} MB/s`)
      }
    }
  }

  return { scenario: 'message-size', speeds }
}

export function messageSizeTable ({ speeds }: MessageSizeResult): string[] {
  return [
    'MB/s by the size of blocks and of messages (`targetMessageSize`), one server, one client, tls, memory stores; median (range)',
    ...BLOCKS.flatMap(block => TARGETS.map(target => {
      const of = speeds[block]?.[target] ?? []
      const best = Math.max(...TARGETS.map(target => median(speeds[block]?.[target] ?? [])))

      return `  blocks of ${String(block / KIB).padStart(3)} KiB, messages of ${String(target / KIB).padStart(4)} KiB  ${summary(of)}, ${(median(of) / best).toFixed(2)} of the best`
    }))
  ]
}
