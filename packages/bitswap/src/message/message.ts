/**
 * The words of the protocol. A {@link Message} is what we send; a
 * {@link ReceivedMessage} is what came off the wire, in which nothing has been
 * verified yet: its blocks are bytes with a claim how to name them.
 */
import type { CID } from 'multiformats/cid'

/** What a want asks for: the block itself, or whether the peer has it. */
export const WantType = { Block: 'block', Have: 'have' } as const
export type WantType = typeof WantType[keyof typeof WantType]

/** The answer to a want that is not a block. */
export const PresenceType = { Have: 'have', DontHave: 'dont-have' } as const
export type PresenceType = typeof PresenceType[keyof typeof PresenceType]

export interface Block {
  cid: CID
  bytes: Uint8Array
}

export interface WantEntry {
  cid: CID
  /** Higher is more urgent. A signed 32 bit number on the wire. */
  priority: number
  wantType: WantType
  /** Ask to be told when the peer lacks the block, in place of silence. */
  sendDontHave: boolean
}

export interface Presence {
  cid: CID
  type: PresenceType
}

export interface Message {
  /** The wants are all that is wanted, not a change to what was said before. */
  full: boolean
  wants: WantEntry[]
  cancels: CID[]
  blocks: Block[]
  presences: Presence[]
  /** Bytes of blocks queued for the receiver and not in this message. */
  pendingBytes: number
}

/** All of a CID but its digest: what names the bytes once they are hashed. */
export interface Prefix {
  version: 0 | 1
  codec: number
  /** Multicodec code of the hash function. */
  hash: number
  /** Length of the digest in bytes; shorter than the function's own when truncated. */
  digestSize: number
}

/** A block as it came: not to be trusted or shown before `verifyBlock`. */
export interface ReceivedBlock {
  prefix: Prefix
  bytes: Uint8Array
}

export interface ReceivedMessage {
  full: boolean
  wants: WantEntry[]
  cancels: CID[]
  blocks: ReceivedBlock[]
  presences: Presence[]
  pendingBytes: number
  /** Entries, blocks and presences that could not be read and were left out. */
  malformed: number
  /** Encoded size in bytes, without the length prefix. */
  size: number
}
