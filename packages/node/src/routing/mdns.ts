/**
 * Finds peers of the local network. What it finds is handed on at each answer
 * (libp2p's `peer:discovery` tells of a peer once, and not of what found it).
 */
import type { RoutingOptions } from './options.ts'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'

export type Discovery = (components: MulticastDNSComponents) => PeerDiscovery

/** What to add to libp2p's `peerDiscovery`. Loaded when it is wanted. */
export async function peerDiscovery (options: RoutingOptions, found: (peer: PeerInfo) => void): Promise<Discovery[]> {
  if (!options.mdns) {
    return []
  }

  const { mdns } = await import('@libp2p/mdns')

  return [components => {
    const discovery = mdns({ serviceTag: options.mdnsServiceTag, interval: options.mdnsInterval })(components)

    discovery.addEventListener('peer', ({ detail }) => { found(detail) })

    return discovery
  }]
}
