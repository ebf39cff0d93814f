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

export interface BlockProvided {
  cid: CID
  /** It was announced as a root, for the first time. */
  root: boolean
}

export interface BitswapEvents {
  'block:received': CustomEvent<BlockReceived>
  'block:sent': CustomEvent<BlockSent>
  /** Routing was told that it is here, by `providing`. */
  'block:provided': CustomEvent<BlockProvided>
  'peer:connected': CustomEvent<PeerId>
  'peer:disconnected': CustomEvent<PeerId>
}

/** Progress of one call, through its `onProgress`. */
export type BitswapProgressEvents =
  /** The local store lacks it: peers are asked from now on. */
  | ProgressEvent<'bitswap:want', CID>
  /** Nobody waits for it any more. */
  | ProgressEvent<'bitswap:unwant', CID>
  /** A peer is asked, in a message about to leave, whether it has the block. */
  | ProgressEvent<'bitswap:want-have', { cid: CID, peer: PeerId }>
  /** A peer is asked for the block itself, likewise. */
  | ProgressEvent<'bitswap:want-block', { cid: CID, peer: PeerId }>
  /** What a peer said of it, or how it ended without a word. That it sent the block is told by `bitswap:block`. */
  | ProgressEvent<'bitswap:answered', { cid: CID, peer: PeerId, answer: 'have' | UnavailableReason }>
  /** Nobody is asked for it now; why not from whom, by peer id; and in how many milliseconds everybody is asked again, if it waits for that. */
  | ProgressEvent<'bitswap:waiting', { cid: CID, waitsFor: WaitsFor, reasons: ReadonlyMap<string, UnavailableReason>, askAgainIn: number | undefined }>
  /** It came, was verified and stored. */
  | ProgressEvent<'bitswap:block', { cid: CID, sender: PeerId }>
  /** Routing is asked who has it. */
  | ProgressEvent<'bitswap:find-providers', CID>
  | ProgressEvent<'bitswap:found-provider', { cid: CID, provider: PeerId }>

/**
 * What a want waits for that nobody is asked for now:
 *
 * - `room`: a peer that may have it can be asked for more.
 * - `turn`: fewer wants of its sessions are being looked for.
 * - `refresh`: everybody reachable said no, and is asked again; or somebody new comes.
 */
export type WaitsFor = 'room' | 'turn' | 'refresh'

/** What happened to a want; each is also an event of the progress of its callers. */
export type WantStep =
  | { step: 'want-have' | 'want-block', peer: PeerId }
  | { step: 'answered', peer: PeerId, answer: 'have' | UnavailableReason }
  | { step: 'waiting', waitsFor: WaitsFor, askAgainIn: number | undefined }
  | { step: 'find-providers' }
  | { step: 'found-provider', provider: PeerId }

/** How many milliseconds ago. */
export type PastWantStep = WantStep & { ago: number }
