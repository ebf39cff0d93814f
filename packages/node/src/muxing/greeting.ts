/**
 * What a peer says first on a stream that it opens, when it says at once that it
 * wants a protocol: `/multistream/1.0.0`, then the protocol, each with its length
 * before and a line feed after it (https://github.com/multiformats/multistream-select).
 * Implementations that have one protocol in mind do not wait for an answer between
 * the two, nor after them.
 *
 * Not for: any other course it may take, a list of protocols or a second proposal,
 * nor names that are long or no ASCII.
 */
import type { Uint8ArrayList } from 'uint8arraylist'

const LINE_FEED = 0x0a

/** What every greeting begins with. */
const MULTISTREAM: Uint8Array = line('/multistream/1.0.0')

/** Lengths of one byte only: names of protocols are short. */
const MAX_LINE = 127
const MAX_SIZE = MULTISTREAM.length + 1 + MAX_LINE

export interface Greeting {
  protocol: string
  /** What was said; said in return it means that this is agreed. */
  bytes: Uint8Array
}

/** Undefined unless it is all there, in the usual course. */
export function readGreeting (bytes: Uint8Array | Uint8ArrayList): Greeting | undefined {
  const start = bytes.subarray(0, Math.min(bytes.byteLength, MAX_SIZE))
  const length = start[MULTISTREAM.length] ?? 0
  const size = MULTISTREAM.length + 1 + length

  if (length < 2 || length > MAX_LINE || start.length < size || start[size - 1] !== LINE_FEED || !startsWith(start, MULTISTREAM)) {
    return undefined
  }

  const name = start.subarray(MULTISTREAM.length + 1, size - 1)

  return name.every(byte => byte < 0x80) ? { protocol: String.fromCharCode(...name), bytes: start.slice(0, size) } : undefined
}

function line (text: string): Uint8Array {
  return Uint8Array.of(text.length + 1, ...new TextEncoder().encode(text), LINE_FEED)
}

function startsWith (bytes: Uint8Array, start: Uint8Array): boolean {
  for (let at = 0; at < start.length; at++) {
    if (bytes[at] !== start[at]) {
      return false
    }
  }

  return true
}
