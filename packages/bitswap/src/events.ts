/** What the outside may watch; the parts of Bitswap do not talk through these. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ProgressEvent } from 'progress-events'
import type { UnavailableReason } from './errors.ts'

export interface BlockReceived {
  cid: CID
  from: PeerId
  size: number
  /** True when we had it already: bandwidth somebody wasted. */
  duplicate: boolean
}

export interface BlockSent {
  cid: CID
  to: PeerId
  size: number
}

export interface BitswapEvents {
  'block:received': CustomEvent<BlockReceived>
  'block:sent': CustomEvent<BlockSent>
  'peer:connected': CustomEvent<PeerId>
  'peer:disconnected': CustomEvent<PeerId>
}

/** Progress of one call, through its `onProgress`. */
export type BitswapProgressEvents =
  /** The local store lacks it: peers are asked from now on. */
  | ProgressEvent<'bitswap:want', CID>
  /** Nobody waits for it any more. */
  | ProgressEvent<'bitswap:unwant', CID>
  /** A peer is told, in a message about to leave, that we want to know whether it has the block. */
  | ProgressEvent<'bitswap:want-have', { cid: CID, peer: PeerId }>
  /** A peer is asked for the block itself, likewise. */
  | ProgressEvent<'bitswap:want-block', { cid: CID, peer: PeerId }>
  /** Nobody reachable has it, for these reasons by peer id; everybody is asked again in so many milliseconds, if nobody comes before. */
  | ProgressEvent<'bitswap:waiting', { cid: CID, reasons: ReadonlyMap<string, UnavailableReason>, askAgainIn: number }>
  /** It came, was verified and stored. */
  | ProgressEvent<'bitswap:block', { cid: CID, sender: PeerId }>
  /** Routing is asked who has it. */
  | ProgressEvent<'bitswap:find-providers', CID>
  | ProgressEvent<'bitswap:found-provider', { cid: CID, provider: PeerId }>
