/**
 * Who is named in an answer: ourselves when the block is here, then whom the
 * routing names, each once.
 *
 * Limits: ends when its signal aborts, whatever it waits for; looks at no more
 * than a hundred times as many as may be named, since what names peers without
 * end and without waiting would let nothing else happen.
 */
import { untilAborted } from '../until-aborted.ts'
import type { FoundPeer } from './record.ts'
import { TRANSPORT_BITSWAP } from './record.ts'
import type { Asked } from './request.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'

export interface LookUpComponents {
  routing: { findProviders? (cid: CID, options?: AbortOptions): AsyncIterable<FoundPeer> }
  /** Where a peer is; rejects, or finds no addresses, when it is not known. Without it only our own are told. */
  findPeer?: ((peer: PeerId, options?: AbortOptions) => Promise<FoundPeer>) | undefined
  /** Ourselves; a libp2p fits. */
  self: { readonly peerId: PeerId, getMultiaddrs (): Multiaddr[] }
  hasBlock: (cid: CID, options?: AbortOptions) => Promise<boolean> | boolean
  log: Logger
}

/** How many peers are looked at for each that may be named. */
const LOOKED_AT_PER_NAMED = 100

export interface LookUpOptions {
  maxProviders: number
  signal: AbortSignal
}

/**
 * Ends without a word when the signal aborts.
 *
 * @throws what the routing throws
 */
export async function * lookUp (components: LookUpComponents, asked: Asked, options: LookUpOptions): AsyncGenerator<FoundPeer> {
  if ('peer' in asked) {
    yield * findPeer(components, asked.peer, options.signal)
  } else {
    yield * findProviders(components, asked.cid, options)
  }
}

async function * findPeer ({ self, findPeer, log }: LookUpComponents, peer: PeerId, signal: AbortSignal): AsyncGenerator<FoundPeer> {
  if (self.peerId.equals(peer)) {
    yield ourselves(self)
  } else if (findPeer != null) {
    try {
      const found = await unlessAborted(findPeer(peer, { signal }), signal)

      if (found != null) {
        yield found
      }
    } catch (error) { // libp2p's way to say that nobody knows
      log('%p was not found - %e', peer, error)
    }
  }
}

async function * findProviders ({ routing, self, hasBlock, log }: LookUpComponents, cid: CID, { maxProviders, signal }: LookUpOptions): AsyncGenerator<FoundPeer> {
  const named = new Set([self.peerId.toString()])

  try {
    if (await unlessAborted(Promise.resolve(hasBlock(cid, { signal })), signal) === true) {
      yield ourselves(self)
    }
  } catch (error) { // others may have it all the same
    log.error('looking for block %c in the store failed - %e', cid, error)
  }

  const providers = routing.findProviders?.(cid, { signal })[Symbol.asyncIterator]()

  if (providers == null) {
    return
  }

  try {
    for (let looked = 0; looked < maxProviders * LOOKED_AT_PER_NAMED; looked++) {
      const next = await unlessAborted(providers.next(), signal)

      if (next == null || next.done === true) {
        return
      }

      const id = next.value.id.toString()

      // the filter may still drop it, so of those dropped more than may be named are remembered
      if (!named.has(id)) {
        named.add(id)

        yield next.value
      }
    }
  } finally {
    // not waited for: a generator that waits for something else ends only after it
    providers.return?.().catch((error: unknown) => { log.error('ending a look-up failed - %e', error) })
  }
}

function ourselves (self: LookUpComponents['self']): FoundPeer {
  return { id: self.peerId, multiaddrs: self.getMultiaddrs(), protocols: [TRANSPORT_BITSWAP] }
}

/** Undefined when the signal aborts first. */
async function unlessAborted<T> (promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await untilAborted(promise, signal)
  } catch (error) {
    if (signal.aborted) {
      return undefined
    }

    throw error
  }
}
