/** What can be set about the serving side, and what is used when it is not. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { WantType } from '../message/message.ts'
import { FairSchedule } from './fair-schedule.ts'
import type { Schedule } from './fair-schedule.ts'
import type { ReceiptStore } from './receipt-store.ts'

/**
 * May this peer have this block, or know that we have it? To throw is to deny.
 * A peer that is denied sees what it would see if we lacked the block. To allow
 * a want-have is to allow the block itself where it is small
 * (`wantHaveReplaceSize`).
 */
export type RequestFilter = (peer: PeerId, cid: CID, wantType: WantType) => boolean | Promise<boolean>

/** The filter that is none. */
export const allowAll: RequestFilter = () => true

/** Turns that are fair in bytes. */
export const fairSchedule = (): Schedule => new FairSchedule()

export interface ServerInit {
  /**
   * Give others blocks. `false`: who wants something is told DONT_HAVE, if it
   * asked to be told, and asks elsewhere at once; no want is kept, and no block is
   * looked for. `'silent'`: the same without a word, as if the messages had not
   * come (Kubo's `Bitswap.ServerEnabled: false`); others find out by waiting.
   * Either way the protocol is registered, since what we want comes in on streams
   * that others open, and what they give is accounted for.
   *
   * @default true
   */
  serve?: boolean | 'silent'

  /**
   * Wants kept of one peer; the least useful go when there are more: first
   * those for blocks we lack, then the lowest priority, then the oldest. Who
   * asked to be told is told DONT_HAVE. (boxo: 1024.)
   *
   * @default 1024
   */
  maxWantsPerPeer?: number

  /**
   * Wants kept of all peers together. When there are as many, the peer with the
   * most makes room for one that has fewer, with the least useful of its own (if
   * all are ready for it or on their way, the oldest), and is told as above. Of those that have about the same, each makes room for
   * itself. About a kilobyte each.
   *
   * @default 262144
   */
  maxWants?: number

  /**
   * Entries with a longer CID are ignored, in bytes: four varints of ten bytes
   * and a digest of 128. (boxo: 168.)
   *
   * @default 168
   */
  maxCidSize?: number

  /**
   * A WANT-HAVE for a block of at most this many bytes is answered with the
   * block: it costs little more than a HAVE and saves a round trip. 0 never
   * does so. (boxo: 1024.)
   *
   * @default 1024
   */
  wantHaveReplaceSize?: number

  /**
   * Answer DONT_HAVE to those who ask for it. Without, they have to wait and see.
   *
   * @default true
   */
  sendDontHaves?: boolean

  /**
   * Blocks are put into one message as long as they come to at most this many
   * bytes, and to fewer for a peer that takes long to be sent so much: messages
   * start at 64 KiB, and may shrink to 16. A larger block travels alone. One UnixFS leaf of Kubo's default size
   * makes one message: its receiver can start on it while the next is sent.
   * (boxo: 16 KiB, with a stream for each message.)
   *
   * @default 262144
   */
  targetMessageSize?: number

  /**
   * Larger blocks are answered as if we lacked them, in bytes. The default is
   * what fits into a message of 4 MiB with its framing: others are told to keep
   * blocks to 2 MiB, but who asks for a larger one knows what it is doing.
   *
   * @default 4194176
   */
  maxBlockSize?: number

  /**
   * Questions and reads the block store is given at once, over all peers; more
   * wait in line. (boxo: 128.) One that takes longer than a second is not counted,
   * as it waits for something the others may not need; of such there may be as
   * many again.
   *
   * @default 128
   */
  maxConcurrentReads?: number

  /**
   * The same for one peer: its reads, and its questions, and of each those that
   * take longer than a second. More stay in its queue.
   *
   * @default 32
   */
  maxReadsPerPeer?: number

  /**
   * Bytes read from the store for all peers and not taken into a message yet.
   * Over it peers that have taken nothing for a second give back what was read for
   * them; then only peers that have nothing read are given a block, one at a time.
   * Where the store tells no sizes, and blocks are larger than those before, it
   * may be twice as much.
   *
   * @default 33554432
   */
  maxReadAhead?: number

  /**
   * The same for one peer, and so the most that goes into one message to it. A
   * larger block is read when nothing else is, and travels alone.
   *
   * @default 1048576
   */
  maxReadAheadPerPeer?: number

  /**
   * Block sizes remembered at the most for a store that cannot tell them without
   * reading the block; those longest unused are forgotten first, up to half of
   * all at a time. About 150 bytes each.
   *
   * @default 16384
   */
  maxSizesRemembered?: number

  /**
   * How long a peer that repeats a want is answered what it was answered, that
   * we lack the block, before the store is asked again, in milliseconds. A block
   * we are told of is noticed at once all the same.
   *
   * @default 10000
   */
  maxAbsenceAge?: number

  /**
   * How often the store is asked for a block, as long as it fails, until the
   * block counts as missing.
   *
   * @default 3
   */
  storeAttempts?: number

  /**
   * How long to wait before the second attempt, in milliseconds; doubled before
   * each further one.
   *
   * @default 250
   */
  storeRetryDelay?: number

  /**
   * How long the store may take for one answer before it counts as failed, in
   * milliseconds.
   *
   * @default 30000
   */
  storeTimeout?: number

  /**
   * Accounts kept of peers that left, so that one that comes back finds its
   * own; those that left first are dropped first.
   *
   * @default 1024
   */
  maxReceiptsKept?: number

  /**
   * Where accounts are kept beyond the life of this process: read once, after
   * the start, and added to what there is by then. Without, they end with it.
   *
   * @default false
   */
  receiptStore?: ReceiptStore | false

  /**
   * How long accounts may have changed before they are saved, in milliseconds.
   * They are saved at the stop as well. One save at a time; when it fails, the
   * next is tried after as long again.
   *
   * @default 60000
   */
  receiptSaveInterval?: number

  /**
   * Bytes of blocks that were handed to the streams of all peers and have not
   * left. Over it peers are given messages in turn (`schedule`), as others take
   * theirs. A peer that takes far longer than others is left out of it. So much
   * keeps the fastest links busy, and is soon gone on a slow one.
   *
   * @default 4194304
   */
  maxBytesUnderWay?: number

  /**
   * Bytes of blocks a second that are sent to all peers together; over it they
   * are served in turn. Up to a second's worth may go at once. What goes beside
   * blocks, such as wants and HAVEs, does not count.
   *
   * @default Infinity
   */
  uploadRate?: number

  /**
   * The same for each peer.
   *
   * @default Infinity
   */
  uploadRatePerPeer?: number

  /**
   * Makes what decides whose turn it is, for each time the server is started.
   * The default is fair in bytes.
   *
   * @default fairSchedule
   */
  schedule?: () => Schedule

  /**
   * Asked before the store is, for each want as it comes, and again when a
   * block arrives that a peer waits for. Per peer, at most `maxReadsPerPeer`
   * calls wait for an answer at once.
   *
   * @default allowAll
   */
  filter?: RequestFilter

  /**
   * How long the filter may take for one answer, in milliseconds. After that the
   * peer is denied, as when it throws.
   *
   * @default 10000
   */
  filterTimeout?: number
}

export type ServerOptions = Readonly<Required<ServerInit>>

/** Options that can be changed while it runs. */
export type ServerUpdate = Pick<
  ServerInit,
  'serve' | 'maxCidSize' | 'wantHaveReplaceSize' | 'sendDontHaves' | 'storeAttempts' | 'storeRetryDelay' | 'receiptSaveInterval' | 'filter' | 'maxAbsenceAge'
  | 'maxBytesUnderWay' | 'uploadRate' | 'uploadRatePerPeer'
>

export const SERVER_DEFAULTS: ServerOptions = Object.freeze({
  serve: true,
  maxWantsPerPeer: 1024,
  maxWants: 262_144,
  maxCidSize: 168,
  wantHaveReplaceSize: 1024,
  sendDontHaves: true,
  targetMessageSize: 262_144,
  maxBlockSize: 4_194_176,
  maxConcurrentReads: 128,
  maxReadsPerPeer: 32,
  maxReadAhead: 33_554_432,
  maxReadAheadPerPeer: 1_048_576,
  maxSizesRemembered: 16_384,
  maxAbsenceAge: 10_000,
  storeAttempts: 3,
  storeRetryDelay: 250,
  storeTimeout: 30_000,
  maxReceiptsKept: 1024,
  receiptStore: false,
  receiptSaveInterval: 60_000,
  maxBytesUnderWay: 4_194_304,
  uploadRate: Infinity,
  uploadRatePerPeer: Infinity,
  schedule: fairSchedule,
  filter: allowAll,
  filterTimeout: 10_000
})
