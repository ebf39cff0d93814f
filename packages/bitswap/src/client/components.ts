/** What the wanting side is given, and what it gives to be sent. */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { BitswapRouting, Provider } from '../api.ts'
import type { Clock } from '../core/clock.ts'
import type { Message } from '../message/message.ts'
import type { HasherLoader } from '../message/hashers.ts'
import type { ArrivalListener } from './arrivals.ts'

export interface ClientComponents {
  blockstore: Pick<Blockstore, 'get' | 'put' | 'has'>
  clock: Clock
  log: Logger
  getHasher: HasherLoader
  routing?: BitswapRouting | undefined
  network: {
    readonly self: PeerId
    /** Connects unless connected; resolves to who answered. */
    connect (target: Provider, options?: AbortOptions): Promise<PeerId>
    /** Resolves when it is known of all that are connected now whether they speak Bitswap, as far as it will be; undefined when it is. */
    peersIdentified (): Promise<void> | undefined
    /** Ends all connections to a peer. */
    disconnect (peer: PeerId): void
    /** What a peer is worth to us, when connections are to be closed; undefined takes that back. */
    tag (peer: PeerId, tag: { value: number, ttl: number } | undefined): void
    /** When any byte last came from this peer. */
    heardAt (peer: PeerId): number
    /** How many bytes have come from this peer since it connected. */
    bytesFrom (peer: PeerId): number
    /** Is our own link full without a peer that had sent so many bytes per millisecond? */
    isFullWithout (rate: number): boolean
  }
  /** Told that a peer's wantlist has something to say. */
  sender: { wake (peer: PeerId, lane: 'wants'): void }
  /** Told of each block that comes. */
  arrivals: ArrivalListener
}

/** What is to be said to a peer, and what became of it. */
export interface OutgoingWants {
  readonly message: Message
  readonly sent: () => void
  readonly lost: (error: Error) => void
}
