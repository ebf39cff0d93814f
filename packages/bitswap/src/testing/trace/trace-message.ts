/**
 * What a trace keeps of a message: all it says, and of its blocks the names and
 * sizes. Not the bytes of blocks: a thousand peers exchange more of them than
 * fits into memory.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Block, Presence, ReceivedBlock, ReceivedMessage, WantEntry } from '../../message/message.ts'
import { verifyBlock } from '../../message/verify-block.ts'
import type { HasherLoader } from '../../message/hashers.ts'

export interface TraceBlock {
  /**
   * The name its bytes have, whatever was asked for. Undefined when no hash
   * function of that name is known, and until it is hashed where hashing takes a
   * promise: see `Trace.settled`.
   */
  cid: CID | undefined
  /** In bytes. */
  size: number
}

/** A message, as it arrived. */
export interface TraceEntry {
  /** When its last byte arrived, in milliseconds of the network's clock. */
  time: number
  from: PeerId
  to: PeerId
  /** Counts all streams of the network. */
  stream: number
  /** Encoded size in bytes, without the length prefix. */
  size: number
  /** The wants are all that is wanted, not a change to what was said before. */
  full: boolean
  wants: readonly WantEntry[]
  cancels: readonly CID[]
  presences: readonly Presence[]
  blocks: readonly TraceBlock[]
  /** Bytes of blocks queued for the receiver and not in this message. */
  pendingBytes: number
  /** Entries, blocks and presences that could not be read and were left out. */
  malformed: number
}

/** Where and when a message arrived. */
export type TraceRoute = Pick<TraceEntry, 'time' | 'from' | 'to' | 'stream'>

/**
 * What is kept of a message, and what is still to be waited for until its blocks
 * have names. In Node sha2 is synchronous, and nothing is.
 */
export function traceEntry (route: TraceRoute, message: ReceivedMessage, getHasher: HasherLoader): { entry: TraceEntry, naming: Array<Promise<void>> } {
  const { size, full, wants, cancels, presences, pendingBytes, malformed } = message
  const blocks: TraceBlock[] = []
  const naming: Array<Promise<void>> = []

  for (const received of message.blocks) {
    const block: TraceBlock = { cid: undefined, size: received.bytes.byteLength }
    const named = nameBlock(received, getHasher)
    blocks.push(block)

    if (named instanceof Promise) {
      naming.push(named.then(cid => { block.cid = cid }))
    } else {
      block.cid = named
    }
  }

  return { entry: { ...route, size, full, wants, cancels, presences, blocks, pendingBytes, malformed }, naming }
}

/** Undefined when the bytes have no name by that prefix: to the receiver that is an error, here it is what happened. */
function nameBlock (received: ReceivedBlock, getHasher: HasherLoader): CID | undefined | Promise<CID | undefined> {
  try {
    const verified: Block | Promise<Block> = verifyBlock(received, getHasher)

    return verified instanceof Promise ? verified.then(({ cid }) => cid, () => undefined) : verified.cid
  } catch {
    return undefined
  }
}
