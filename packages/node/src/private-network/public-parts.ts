/**
 * In a private network nothing is to be used that is public: it would be of no
 * use there, and tell the world of it.
 *
 * Knows the names that the public network is found under. A server of one's own
 * on the internet may be part of a private network, so addresses are no reason.
 */
import { PUBLIC_BOOTSTRAP } from '../routing/public-routers.ts'
import { PublicPartsError } from './errors.ts'

/** What a node would use besides its peers, in as far as it can be public. */
export interface UsedParts {
  /** Addresses or URLs: bootstrap peers, delegated routers, relays, as they were written. */
  addresses?: readonly string[]
  /** The public DHT (Amino). */
  publicDht?: boolean
  /** A port opened on the router, to the internet. */
  upnp?: boolean
}

/** Ends of names under which the public network is found. */
const PUBLIC_NAMES = ['libp2p.io', 'libp2p.direct', 'ipfs.io', 'ipfs.tech', 'dweb.link', 'delegated-ipfs.dev', 'cid.contact', 'trustless-gateway.link', 'conf.ipfs-mainnet.org']

const PUBLIC_PEERS = PUBLIC_BOOTSTRAP.map(address => address.split('/').at(-1) ?? '')

/** What of that is public, in words; empty when nothing is. */
export function publicParts ({ addresses = [], publicDht = false, upnp = false }: UsedParts): string[] {
  return [
    ...publicDht ? ['the public DHT'] : [],
    ...upnp ? ['UPnP'] : [],
    ...addresses.filter(isPublic)
  ]
}

/** @throws PublicPartsError that names all that is public */
export function assertPrivate (used: UsedParts): void {
  const found = publicParts(used)

  if (found.length > 0) {
    throw new PublicPartsError(found)
  }
}

function isPublic (address: string): boolean {
  const words = address.toLowerCase().split(/[/:?#@]/)

  return PUBLIC_PEERS.some(peer => address.split('/').includes(peer)) ||
    words.some(word => PUBLIC_NAMES.some(name => word === name || word.endsWith(`.${name}`)))
}
