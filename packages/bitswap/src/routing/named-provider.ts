/**
 * Makes a provider of what a router named, or nothing: routers bring answers of
 * strangers, and are not ours.
 *
 * Limits: 32 addresses of one provider, the first that are of use.
 */
import type { PeerId } from '@libp2p/interface'
import { isMultiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NamedProvider } from './router.ts'

const MAX_ADDRESSES = 32

export interface ProviderRules {
  self: PeerId | undefined
  relayed: boolean
}

/** Undefined when it is no provider, is ourselves, or no address of it leads there in a way that we use. */
export function namedProvider (named: unknown, { self, relayed }: ProviderRules): NamedProvider | undefined {
  const { id, multiaddrs } = (named ?? {}) as Partial<Record<keyof NamedProvider, unknown>>

  if (!isPeerId(id) || self?.equals(id) === true) {
    return undefined
  }

  const addresses = (Array.isArray(multiaddrs) ? multiaddrs : []).filter(isMultiaddr)
  const usable = addresses.filter(address => leadsTo(address, id) && (relayed || !isRelayed(address))).slice(0, MAX_ADDRESSES)

  return addresses.length > 0 && usable.length === 0 ? undefined : { id, multiaddrs: usable }
}

function isPeerId (id: unknown): id is PeerId {
  const { toMultihash, toString } = (id ?? {}) as Partial<PeerId>

  return typeof toMultihash === 'function' && typeof toString === 'function' && typeof (id as PeerId).equals === 'function'
}

/** It names nobody, or who is meant. */
function leadsTo (address: Multiaddr, peer: PeerId): boolean {
  const last = address.getComponents().at(-1)

  return last != null && (last.name !== 'p2p' || last.value === peer.toString())
}

function isRelayed (address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/** The providers of one look-up that were handed on: each again only with addresses that are new. */
export class SeenProviders {
  /** By id: no more than the routers of a look-up may name, and no more than `MAX_ADDRESSES` for each time. */
  readonly #addresses: Map<string, Set<string>> = new Map()

  /** What is new about it; undefined when nothing is. */
  fresh ({ id, multiaddrs }: NamedProvider): NamedProvider | undefined {
    const known = this.#addresses.get(id.toString())

    if (known == null) {
      this.#addresses.set(id.toString(), new Set(multiaddrs.map(String)))

      return { id, multiaddrs }
    }

    const news = multiaddrs.filter(address => !known.has(address.toString()))

    news.forEach(address => known.add(address.toString()))

    return news.length === 0 ? undefined : { id, multiaddrs: news }
  }
}
