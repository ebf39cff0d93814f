import type { PeerId } from '@libp2p/interface'

/** What the planner knows of the world beside what it is told. */
export interface Surroundings {
  /** Is there routing to ask? */
  canSearch: boolean
  network: {
    /** How many bytes have come from a peer since it connected, be their messages complete or not. */
    bytesFrom (peer: PeerId): number
    /** Is our own link full without a peer that had sent so many bytes per millisecond? */
    isFullWithout (rate: number): boolean
  }
}
