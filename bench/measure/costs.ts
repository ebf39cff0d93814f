/** What a transfer was: its speed, and what each byte and block cost. Pure. */
import type { Fetched, Traffic } from '../../interop/harness/ways.ts'
import type { Figures } from '../suite/case.ts'
import type { Usage } from '../suite/process-meter.ts'

interface Group {
  usages: readonly Usage[]
  traffic: readonly Traffic[]
}

export interface Observed {
  /** By those who fetched. */
  fetched: readonly Fetched[]
  /** Of what each fetched; 0 when it was no blocks. */
  blocks: number
  seeds: Group
  leeches: Group
}

const MB = 1e6
const GB = 1e9

/**
 * - `speed`: MB/s over all, until the slowest is done; `spread`: how many times as long it took as the fastest
 * - `copies`: times each byte came
 * - `seedCpu`, `leechCpu`: seconds of processor time per GB; `seedMemory`, `leechMemory`: MB more memory per GB
 * - `seedPeak`, `leechPeak`: MB of memory at the most
 * - `messages`: to a block, both ways; `overhead`: bytes on the wire to a block above its own
 */
export function costsOf ({ fetched, blocks, seeds, leeches }: Observed): Figures {
  const size = sum(fetched.map(each => each.size))
  const seconds = fetched.map(each => each.seconds)
  const slowest = Math.max(...seconds)
  const received = sum(leeches.traffic.map(each => each.received ?? Number.NaN))
  const messages = sum([...seeds.traffic, ...leeches.traffic].map(each => each.messagesReceived ?? Number.NaN))
  // what one end does not count the other does
  const wire = [leeches, seeds].map(({ traffic }) => sum(traffic.map(each => each.wire ?? Number.NaN))).find(each => !Number.isNaN(each))

  return known({
    speed: size / MB / slowest,
    seconds: slowest,
    spread: slowest / Math.min(...seconds),
    copies: received / size,
    seedCpu: sum(seeds.usages.map(each => each.cpu)) * GB / size,
    leechCpu: sum(leeches.usages.map(each => each.cpu)) * GB / size,
    seedMemory: sum(seeds.usages.map(each => each.growth)) / MB * GB / size,
    leechMemory: sum(leeches.usages.map(each => each.growth)) / MB * GB / size,
    seedPeak: Math.max(...seeds.usages.map(each => each.peak)) / MB,
    leechPeak: Math.max(...leeches.usages.map(each => each.peak)) / MB,
    messages: messages / blocks / fetched.length,
    overhead: ((wire ?? Number.NaN) - size) / blocks / fetched.length
  })
}

function known (figures: Record<string, number>): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)))
}

function sum (values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
