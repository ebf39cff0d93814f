/** What the outside may watch; the parts of Bitswap do not talk through these. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ProgressEvent } from 'progress-events'

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
  /** It came, was verified and stored. */
  | ProgressEvent<'bitswap:block', { cid: CID, sender: PeerId }>
  /** Routing is asked who has it. */
  | ProgressEvent<'bitswap:find-providers', CID>
  | ProgressEvent<'bitswap:found-provider', { cid: CID, provider: PeerId }>
