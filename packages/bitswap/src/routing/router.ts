/** One of several routers, and what is told of it. */
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { BitswapRouting } from '../api.ts'

/** Who has a block, and where it can be dialled; nowhere: as libp2p knows best. */
export interface NamedProvider {
  id: PeerId
  multiaddrs: Multiaddr[]
}

/**
 * One way to find providers or to announce blocks. An error it fails with may
 * have a `retryAfter`, in milliseconds: it is left out for so long, at once. An
 * announcement whose signal aborts with a `TimeoutError` may still resolve in that
 * turn of the event loop: when as many were told as suffices.
 */
export interface Router extends BitswapRouting {
  /** As it is called in the log, in errors and in `stat`. */
  readonly name: string
  /** Its own, in place of the option of the same name. */
  readonly findTimeout?: number
  readonly provideTimeout?: number
  readonly maxProviders?: number
  /**
   * It walks a network, which may take longer than there is time and then tells
   * nothing of its health: a look-up of it that times out is no failure.
   */
  readonly walks?: boolean
}

export interface RouterStat {
  name: string
  /** Look-ups it was asked for. */
  asked: number
  /** Those it named somebody in, or ended without an error. */
  answered: number
  /** Those it failed. */
  failed: number
  /** Those its time ran out for before it had named anybody. */
  timedOut: number
  /** Those it was left out of. */
  passedOver: number
  /** Providers it named, those included that another had named before. */
  providersNamed: number
  /** What it named that is no provider, is ourselves, or is only to be reached by a relay that is not used. */
  malformed: number
  /** Announcements it took, and those it did not. */
  provided: number
  provideFailed: number
  /** It is not asked now. */
  leftOut: boolean
  /** Why its last look-up failed; undefined when that did not. */
  reason: string | undefined
  /** Milliseconds until it named somebody, or said that there is nobody; undefined before the first answer. */
  meanTime: number | undefined
}
