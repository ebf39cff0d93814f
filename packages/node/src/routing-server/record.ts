/**
 * A peer as `/routing/v1` names it, and the filters of a request on it (IPIP-484,
 * https://specs.ipfs.tech/ipips/ipip-0484/). Pure.
 *
 * Limits: of a peer with more than 64 addresses the first 64 are named.
 */
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What Bitswap over libp2p is called there. */
export const TRANSPORT_BITSWAP = 'transport-bitswap'

const MAX_ADDRESSES = 64

/** Of a filter: peers of which it is not known what they have. */
const UNKNOWN = 'unknown'

/** A peer that a look-up named. */
export interface FoundPeer {
  id: PeerId
  multiaddrs: readonly Multiaddr[]
  /** How it sends blocks, where that is known. */
  protocols?: readonly string[]
}

/** https://specs.ipfs.tech/routing/http-routing-v1/#peer-schema */
export interface PeerRecord {
  Schema: 'peer'
  ID: string
  Addrs: string[]
  Protocols: string[]
}

export interface RecordFilter {
  /** Names of multiaddr protocols, with `!` for what must not be in an address. Empty: all. */
  addresses: readonly string[]
  /** Empty: all. */
  protocols: readonly string[]
}

/** Of a query: names separated by commas, whatever their case. */
export function filterOf (query: URLSearchParams): RecordFilter {
  return { addresses: names(query.get('filter-addrs')), protocols: names(query.get('filter-protocols')) }
}

function names (text: string | null): string[] {
  return (text ?? '').toLowerCase().split(',').map(name => name.trim()).filter(name => name !== '')
}

/** Undefined when the filter leaves nothing of the peer. */
export function recordOf (peer: FoundPeer, filter: RecordFilter): PeerRecord | undefined {
  const protocols = [...peer.protocols ?? []]

  if (!protocolsPass(protocols, filter.protocols)) {
    return undefined
  }

  const found = peer.multiaddrs.slice(0, MAX_ADDRESSES)
  const kept = filter.addresses.length === 0 ? found : found.filter(address => addressPasses(address, filter.addresses))
  const mayLackAddresses = filter.addresses.length === 0 || (found.length === 0 && filter.addresses.includes(UNKNOWN))

  if (kept.length === 0 && !mayLackAddresses) {
    return undefined
  }

  return { Schema: 'peer', ID: peer.id.toString(), Addrs: kept.map(address => withoutPeer(address, peer.id)), Protocols: protocols }
}

function protocolsPass (protocols: readonly string[], filter: readonly string[]): boolean {
  return filter.length === 0 || (protocols.length === 0 ? filter.includes(UNKNOWN) : protocols.some(name => filter.includes(name.toLowerCase())))
}

/**
 * Not what one of the negative names stands in; and what one of the positive
 * names stands in, if there are such. `unknown` is about peers without addresses,
 * so alone it lets no address pass.
 */
function addressPasses (address: Multiaddr, filter: readonly string[]): boolean {
  const parts = new Set(address.getComponents().map(({ name }) => name))
  const negative = filter.filter(name => name.startsWith('!')).map(name => name.slice(1))
  const positive = filter.filter(name => !name.startsWith('!') && name !== UNKNOWN)

  if (negative.some(name => parts.has(name))) {
    return false
  }

  return positive.length > 0 ? positive.some(name => parts.has(name)) : negative.length > 0
}

/** The id stands in the record already. */
function withoutPeer (address: Multiaddr, id: PeerId): string {
  const text = address.toString()
  const ending = `/p2p/${id.toString()}`

  return text.endsWith(ending) && !text.endsWith(`/p2p-circuit${ending}`) ? text.slice(0, -ending.length) : text
}
