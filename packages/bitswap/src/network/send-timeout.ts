import type { NetworkOptions } from './options.ts'

/** Where the time to write a message starts from, before its size counts: a few round trips of a bad link (as boxo bsnet). */
const SEND_GRACE = 2_000

/** Who takes less than this part of what it should is as good as one that takes nothing. */
const LEAST_PART = 1 / 16

/** How many bytes must be taken in such a time for it to be granted once more. */
export function leastProgress (timeout: number, options: NetworkOptions): number {
  return Math.max(1, timeout / 1_000 * options.minSendRate * LEAST_PART)
}

/** How long writing a message of this many bytes may take, in milliseconds; as long again while it makes progress. */
export function sendTimeout (size: number, options: NetworkOptions): number {
  const wanted = SEND_GRACE + size / options.minSendRate * 1_000

  return Math.min(options.maxSendTimeout, Math.max(options.minSendTimeout, wanted))
}
