/**
 * What a connected peer asks of us, and what it is to be sent. One for each
 * connection period: a peer that comes back begins with an empty one.
 */
import type { PeerId } from '@libp2p/interface'
import { MovingAverage } from '../core/ewma.ts'
import type { LeastUseful } from './least-useful.ts'
import { PresenceQueue } from './presence-queue.ts'
import type { RefusalTally } from './presence-queue.ts'
import { RequestQueue } from './request-queue.ts'
import type { ByteTally } from './request-queue.ts'
import type { Request } from './request.ts'

/** How much the newest block says about what size the next will have. */
const NEWEST_WEIGHT = 0.0625

export class Account {
  readonly peer: PeerId
  /** The peer id as a string. */
  readonly id: string
  /** By CID. What is in here is what `WantLedger` has in its index. */
  readonly requests: Map<string, Request> = new Map()
  /** Who makes room first; undefined as long as there was enough. */
  leastUseful: LeastUseful | undefined
  readonly presences: PresenceQueue
  /** To ask the filter and the store about. */
  readonly unasked: RequestQueue = new RequestQueue()
  /** Blocks to read. */
  readonly queued: RequestQueue = new RequestQueue()
  /** Blocks read. */
  readonly ready: RequestQueue
  /** False once the peer left. */
  open = true
  /** Requests that are being asked about, also those that are gone. */
  asking = 0
  /** Requests whose block is being read. */
  reading = 0
  /** Reads under way for it, also those whose request is gone. */
  reads = 0
  /** Of both the questions and the reads those that take too long, and are counted above no more. */
  readonly overdue = { asking: 0, reads: 0 }
  /** Bytes these reads will bring, as far as known, or guessed. */
  readingBytes = 0
  /** Of blocks that were read for it. */
  readonly meanSize: MovingAverage = new MovingAverage(NEWEST_WEIGHT)
  /** A message of blocks is being waited for: what is read for it is not given back. */
  isAwaited = false
  /** It took nothing for long while others were in want of room: little is read ahead for it. */
  isSlow = false
  /** Messages received with a wantlist. */
  batch = 0
  /** The last of them that was a full one. */
  fullBatch = 0
  /** When its last wantlist came, in whole milliseconds of the clock. */
  heardAt = 0
  /** It has wanted something of us. */
  isPartner = false

  /** @param refusals - as the bytes read ahead, over all peers */
  constructor (peer: PeerId, maxWants: number, readAhead: ByteTally, refusals?: RefusalTally) {
    this.peer = peer
    this.id = peer.toString()
    this.presences = new PresenceQueue(maxWants, refusals)
    this.ready = new RequestQueue(readAhead)
  }

  get hasBlocks (): boolean {
    return this.ready.size > 0 || this.queued.size > 0 || this.reading > 0
  }

  /** Bytes of blocks it is going to be sent; those whose size is not known are left out. */
  get pendingBytes (): number {
    return this.queued.bytes + this.ready.bytes + this.readingBytes
  }
}
