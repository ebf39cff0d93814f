/** What can be set about collecting garbage: checked once, read everywhere. Times are milliseconds. */
import { requireCount, requireNotNegative } from '../option-checks.ts'

export interface GarbageInit {
  /**
   * How long the graph of a block with links stays after it was sent to a peer, or
   * the last thing directly below it was: who fetches a graph asks for it a little
   * at a time. 0: only what is wanted at the moment stays.
   *
   * @default 600000
   */
  servedGrace?: number

  /**
   * Blocks with links that are remembered for that, and as many without; those
   * sent longest ago are forgotten first. A kilobyte each at the most.
   *
   * @default 16384
   */
  maxServed?: number
}

export type GarbageOptions = Readonly<Required<GarbageInit>>

export const GARBAGE_DEFAULTS: GarbageOptions = Object.freeze({
  servedGrace: 600_000,
  maxServed: 16_384
})

export function resolveGarbageOptions (init: GarbageInit = {}): GarbageOptions {
  const options = { ...GARBAGE_DEFAULTS, ...init }

  requireNotNegative('garbage.servedGrace', options.servedGrace)
  requireCount('garbage.maxServed', options.maxServed)

  return Object.freeze(options)
}
