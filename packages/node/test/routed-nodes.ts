/** Nodes of one process that find each other on loopback, as `createNode` would wire them. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { MemoryBlockstore } from 'blockstore-core'
import { createLibp2p } from 'libp2p'
import { combineRouters, createBitswap, systemClock } from 'ts-bitswap'
import { hostInit } from '../src/node/libp2p-host.ts'
import { resolveNodeOptions } from '../src/node/options.ts'
import { routingServices } from '../src/routing/dht.ts'
import { KeptPeers } from '../src/routing/kept-peers.ts'
import { peerDiscovery } from '../src/routing/mdns.ts'
import { resolveRoutingOptions } from '../src/routing/options.ts'
import { createRouters } from '../src/routing/routers.ts'
import type { Dht } from '../src/routing/dht.ts'
import type { RoutingInit } from '../src/routing/options.ts'
import type { Libp2p, PeerInfo, PrivateKey } from '@libp2p/interface'
import type { Bitswap, CombinedRouting } from 'ts-bitswap'

export interface RoutedNode {
  libp2p: Libp2p
  blockstore: MemoryBlockstore
  bitswap: Bitswap
  routing: CombinedRouting
  kept: KeptPeers
  dht: Dht | undefined
  lanDht: Dht | undefined
  address: string
  stop: () => Promise<void>
}

export interface RoutedNodeInit extends RoutingInit {
  privateKey?: PrivateKey
  listen?: string
}

export async function startNode ({ privateKey, listen = '/ip4/127.0.0.1/tcp/0', ...init }: RoutedNodeInit): Promise<RoutedNode> {
  const options = resolveRoutingOptions(init)
  const host = hostInit(privateKey ?? await generateKeyPair('Ed25519'), resolveNodeOptions({ listen: [listen], maxConnectionsPerSecond: 1000 }))
  const found: Array<(peer: PeerInfo) => void> = []
  const libp2p = await createLibp2p({
    ...host,
    services: { ...host.services, ...await routingServices(options) } as NonNullable<typeof host.services>,
    peerDiscovery: await peerDiscovery(options, peer => { found.forEach(tell => { tell(peer) }) })
  })
  const routers = createRouters(libp2p, options, { clock: systemClock, log: libp2p.logger.forComponent('bitswap:routing') })
  const routing = combineRouters(routers, {}, { logger: libp2p.logger, peerId: libp2p.peerId })
  const blockstore = new MemoryBlockstore()
  const bitswap = createBitswap({ libp2p, blockstore, routing })
  const { dht, lanDht } = libp2p.services as { dht?: Dht, lanDht?: Dht }

  const kept = new KeptPeers({ libp2p, clock: systemClock, log: libp2p.logger.forComponent('bitswap:peers'), random: () => 0 }, options)

  found.push(peer => { kept.found(peer) })
  await libp2p.start()
  await bitswap.start()
  kept.start()

  return {
    libp2p,
    blockstore,
    bitswap,
    routing,
    kept,
    dht,
    lanDht,
    address: String(libp2p.getMultiaddrs()[0]),
    stop: async () => {
      kept.stop()
      await bitswap.stop()
      await libp2p.stop()
    }
  }
}

/** Resolves when a node is connected with another. */
export async function untilConnected ({ libp2p }: RoutedNode, other: RoutedNode): Promise<void> {
  await new Promise<void>(resolve => {
    const look = (): void => {
      if (libp2p.getPeers().some(peer => peer.equals(other.libp2p.peerId))) {
        libp2p.removeEventListener('peer:connect', look)
        resolve()
      }
    }

    libp2p.addEventListener('peer:connect', look)
    look()
  })
}

/** Resolves when so many peers are in the table of a DHT. */
export async function untilKnown (dht: Dht, count: number): Promise<void> {
  const table = dht.routingTable as Dht['routingTable'] & EventTarget

  await new Promise<void>(resolve => {
    const look = (): void => {
      if (table.size >= count) {
        table.removeEventListener('peer:add', look)
        resolve()
      }
    }

    table.addEventListener('peer:add', look)
    look()
  })
}
