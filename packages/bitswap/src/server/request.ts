/**
 * One thing a peer asks of us, from its want to its end. A record that
 * {@link Lifecycle} moves from state to state; nothing else changes its state.
 */
import type { CID } from 'multiformats/cid'
import { cidOfKey } from '../message/cid-key.ts'
import { WantType } from '../message/message.ts'
import type { WantEntry } from '../message/message.ts'
import type { Account } from './account.ts'

/**
 * ```
 *            ┌→ absent ─ the block arrives, or is wanted again ─┐
 * asking ────┼→ have → telling → gone                           │
 *   ↑ ↑      └→ queued → reading → ready → sending → gone       │
 *   │ └─ resting (the store failed) ←───┘                       │
 *   └───────────────────────────────────────────────────────────┘
 * ```
 */
export const RequestState = {
  /** The filter and the store are asked about it, or are going to be. */
  Asking: 'asking',
  /** The store failed; it is asked again in a while. */
  Resting: 'resting',
  /** We lack it, or act as if. Kept for the day the block arrives. */
  Absent: 'absent',
  /** A HAVE is due. */
  Have: 'have',
  /** The HAVE is on its way. */
  Telling: 'telling',
  /** The block is to be read and sent. */
  Queued: 'queued',
  Reading: 'reading',
  /** Read, and waiting for room in a message. */
  Ready: 'ready',
  /** The block is on its way. */
  Sending: 'sending',
  /** Answered, cancelled or evicted, or the peer left. What still comes in for it is ignored. */
  Gone: 'gone'
} as const
export type RequestState = typeof RequestState[keyof typeof RequestState]

export interface Request {
  readonly account: Account
  /** The CID as the peer wrote it, unless it is let go of until it is needed: see {@link cidOfRequest}. */
  cid: CID | undefined
  /** `cidKey` of the CID: names the request within its account. */
  readonly key: string
  /** `multihashKey` of the CID: names the block. */
  readonly multihash: string
  /** Its place among all requests in the order of their coming: its age. */
  readonly order: number
  /** The last of the peer's messages that asked for it. */
  batch: number
  priority: number
  wantType: WantType
  sendDontHave: boolean
  state: RequestState
  /** Changes whenever the state is entered anew: who comes back with another one comes too late. */
  ticket: number
  /** Of the block, once known. */
  size: number | undefined
  /** While `Ready`. */
  bytes: Uint8Array | undefined
  /** When the store last said that it lacks the block, and whether the filter allowed the want then. */
  missing: { at: number, isAllowed: boolean } | undefined
  /** It was told that we lack the block, or need not be told, and has not asked since. */
  isTold: boolean
  /** Since when it could be served, as far as its peer is concerned: since it asked, or the block came. As {@link Account.heardAt}. */
  since: number
  /** How often the store has failed in a row. */
  failures: number
  /** How often it was sent again after it had been sent. */
  resends: number
}

/** What the peer is to be answered with: the CID as it wrote it. */
export function cidOfRequest ({ cid, key }: Pick<Request, 'cid' | 'key'>): CID {
  return cid ?? cidOfKey(key)
}

/** The CID is kept, and with it the memory it lies in: the codec gives each little of its own (`message/cid-decoder.ts`). */
export function createRequest (account: Account, key: string, entry: WantEntry, order: number): Request {
  const { cid, priority, wantType, sendDontHave } = entry

  return {
    account,
    cid,
    key,
    multihash: key.slice(cid.bytes.length - cid.multihash.bytes.length), // a CID ends in its multihash
    batch: account.batch,
    order,
    priority,
    wantType,
    sendDontHave,
    state: RequestState.Asking,
    ticket: 0,
    size: undefined,
    bytes: undefined,
    missing: undefined,
    isTold: false,
    since: account.heardAt,
    failures: 0,
    resends: 0
  }
}

/** Has the store said that it lacks the block, later than at that time? To a peer that might have had it, if it was there. */
export function wasMissing ({ missing }: Pick<Request, 'missing'>, time: number): boolean {
  return missing?.isAllowed === true && missing.at > time
}

/** Who is to be served first: the higher priority, then the older. */
export function isMoreUrgent (a: Pick<Request, 'priority' | 'order'>, b: Pick<Request, 'priority' | 'order'>): boolean {
  return a.priority !== b.priority ? a.priority > b.priority : a.order < b.order
}

/** May it make room for another? Not once work was put into it, or its answer is on the way. */
export function isEvictable (request: Request): boolean {
  switch (request.state) {
    case RequestState.Asking:
    case RequestState.Resting:
    case RequestState.Absent:
    case RequestState.Have:
    case RequestState.Queued:
      return true
    default:
      return false
  }
}

export type Usefulness = Pick<Request, 'state' | 'priority' | 'batch' | 'order'>

/**
 * Who makes room first: those for blocks we lack, then the lowest priority,
 * then the oldest message. Of one message, the end goes first: peers write down
 * first what they need first.
 */
export function isLessUseful (a: Usefulness, b: Usefulness): boolean {
  const absent = a.state === RequestState.Absent

  if (absent !== (b.state === RequestState.Absent)) {
    return absent
  }

  if (a.priority !== b.priority) {
    return a.priority < b.priority
  }

  return a.batch !== b.batch ? a.batch < b.batch : a.order > b.order
}
