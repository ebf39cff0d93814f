/** The network, as one of its nodes sees it. */
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../../core/clock.ts'
import type { Downlink, Uplink } from './access.ts'
import type { VirtualLink } from './virtual-link.ts'
import type { VirtualNode } from './virtual-node.ts'

/** What a node needs of the network it is part of. */
export interface NodeSurroundings {
  clock: Clock
  streamRoundTrips: 0 | 1
  uplink: Uplink | undefined
  downlink: Downlink | undefined
  /** Something of this node runs. */
  ran: () => void
  /** It has begun, or ended, to take part. */
  happened: (what: 'started' | 'stopped') => void
  node: (peer: PeerId | string) => VirtualNode | undefined
  link: (a: VirtualNode, b: VirtualNode) => VirtualLink | undefined
  links: (node: VirtualNode) => Iterable<[VirtualNode, VirtualLink]>
  /** The link there is, or is made in the time a connection takes to set up; undefined when nobody answers. */
  dial: (from: VirtualNode, to: VirtualNode, signal?: AbortSignal) => Promise<VirtualLink | undefined>
  disconnect: (a: VirtualNode, b: VirtualNode) => void
  /** The error the next opening of a stream is to fail with, if it is. */
  takeOpenFailure: (from: VirtualNode, to: VirtualNode) => Error | undefined
}
