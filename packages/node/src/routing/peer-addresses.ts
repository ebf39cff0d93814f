/** Addresses of peers as users write them: with the peer that must answer there. */
import { multihashKey } from '../store/multihash-key.ts'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface PeerAddress {
  id: PeerId
  multiaddr: Multiaddr
}

export interface PeerAddresses {
  id: PeerId
  multiaddrs: Multiaddr[]
}

/** @throws Error that says what it should be */
export function parsePeerAddress (text: string): PeerAddress {
  let address: Multiaddr

  try {
    address = multiaddr(text)
  } catch (cause) {
    throw new Error('an address as /ip4/127.0.0.1/tcp/4001/p2p/12D3…', { cause })
  }

  const last = address.getComponents().at(-1)

  if (last?.name !== 'p2p' || last.value == null || address.getComponents().length < 2) {
    throw new Error('an address that ends in the id of the peer, as /ip4/127.0.0.1/tcp/4001/p2p/12D3…')
  }

  return { id: peerIdFromString(last.value), multiaddr: address }
}

/** One for each peer, with all its addresses, in the order they were given. */
export function byPeer (addresses: readonly string[]): PeerAddresses[] {
  const peers = new Map<string, PeerAddresses>()

  for (const { id, multiaddr } of addresses.map(parsePeerAddress)) {
    const peer = peers.get(id.toString()) ?? { id, multiaddrs: [] }

    peer.multiaddrs.push(multiaddr)
    peers.set(id.toString(), peer)
  }

  return [...peers.values()]
}

/** Hash of a block to its providers. @throws Error that says what it should be */
export function parseTable (providers: Readonly<Record<string, readonly string[]>>): Map<string, PeerAddresses[]> {
  const table = new Map<string, string[]>()

  for (const [text, addresses] of Object.entries(providers)) {
    const key = multihashKey(parseCid(text))

    if (!Array.isArray(addresses)) {
      throw new TypeError('lists of addresses')
    }

    table.set(key, [...table.get(key) ?? [], ...addresses as readonly string[]])
  }

  return new Map([...table].map(([key, addresses]) => [key, byPeer(addresses)]))
}

function parseCid (text: string): CID {
  try {
    return CID.parse(text)
  } catch (cause) {
    throw new Error('lists of addresses by CID', { cause })
  }
}
