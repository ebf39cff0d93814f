/**
 * What a virtual network tells of itself while it runs: the bytes, as they
 * arrive, and what happens to its nodes and links. Observers only look on; a
 * `Trace` is one.
 */
import type { PeerId } from '@libp2p/interface'

/** Bytes that arrived at their receiver, in one piece. */
export interface Arrival {
  /** In milliseconds of the network's clock. */
  time: number
  from: PeerId
  to: PeerId
  /** Counts all streams of the network. */
  stream: number
  bytes: Uint8Array
}

/** What happened that is no bytes: a link came or went, a node crashed, somebody left a note. */
export interface NetworkEvent {
  /** In milliseconds of the network's clock. */
  time: number
  /** In one word, as `connected`, `disconnected`, `reset`, `crash`, `note`. */
  what: string
  /** To whom; the order is part of what happened. */
  nodes: readonly PeerId[]
  detail?: string
}

export interface NetworkObserver {
  bytesArrived (arrival: Arrival): void
  happened (event: NetworkEvent): void
}
