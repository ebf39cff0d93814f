import type { NetworkOptions } from './options.ts'

/** Where the time to write a message starts from, before its size counts: a few round trips of a bad link (as boxo bsnet). */
const SEND_GRACE = 2_000

/** How long writing a message of this many bytes may take, in milliseconds. */
export function sendTimeout (size: number, options: NetworkOptions): number {
  const wanted = SEND_GRACE + size / options.minSendRate * 1_000

  return Math.min(options.maxSendTimeout, Math.max(options.minSendTimeout, wanted))
}
