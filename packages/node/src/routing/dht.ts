/**
 * The DHTs of a node, as libp2p services: `dht`, `lanDht`. Loaded when one is
 * wanted. Each has its own names in the log and in metrics, and its own records.
 */
import { peerRoutingSymbol } from '@libp2p/interface'
import { systemClock } from 'ts-bitswap'
import { DhtPeerRouting } from './dht-peer-routing.ts'
import { isLoopbackAddress } from './loopback.ts'
import { DhtMode } from './options.ts'
import { DhtRecords } from './dht-records.ts'
import type { RoutingOptions } from './options.ts'
import type { DhtTable } from './dht-table.ts'
import type { PeerRouting } from '@libp2p/interface'
import type { KadDHT, KadDHTComponents, KadDHTInit, PeerInfoMapper, SingleKadDHT } from '@libp2p/kad-dht'

/** A DHT with its table of peers. */
export type Dht = SingleKadDHT

export type DhtService = (components: KadDHTComponents) => KadDHT

export interface DhtServices {
  dht?: DhtService
  lanDht?: DhtService
}

/** What to add to libp2p's services; it needs `identify` and `ping` among them. */
export async function routingServices (options: RoutingOptions): Promise<DhtServices> {
  if (options.dht === false && options.lanDht === false) {
    return {}
  }

  const { kadDHT, passthroughMapper, removePrivateAddressesMapper, removePublicAddressesMapper } = await import('@libp2p/kad-dht')
  const peerInfoMapper = options.dhtPrivateAddresses ? passthroughMapper : removePrivateAddressesMapper
  const lanMapper: PeerInfoMapper = options.lanDhtLoopback ? removePublicAddressesMapper : peer => withoutLoopback(removePublicAddressesMapper(peer))
  const service = (init: KadDHTInit, mode: DhtMode): DhtService => components => {
    const records = new DhtRecords(components.peerId.toString(), options.dhtMaxRecords)

    const dht = kadDHT({
      ...init,
      ...mode === DhtMode.Auto ? {} : { clientMode: mode === DhtMode.Client },
      // an empty table is our own to wait for: kad-dht would wait for its first look at the network, however long
      allowQueryWithZeroPeers: true
    })(new Proxy(components, { get: (target, name) => name === 'datastore' ? records : Reflect.get(target, name) as unknown })) as Dht & Record<typeof peerRoutingSymbol, PeerRouting>
    const peerRouting = new DhtPeerRouting(dht[peerRoutingSymbol], dht.routingTable as unknown as DhtTable, systemClock)

    return Object.defineProperty(dht, peerRoutingSymbol, { value: peerRouting })
  }

  return {
    ...options.dht === false ? {} : { dht: service({ ...named('dht'), protocol: options.dhtProtocol, peerInfoMapper }, options.dht) },
    ...options.lanDht === false ? {} : { lanDht: service({ ...named('lan-dht'), protocol: options.lanDhtProtocol, peerInfoMapper: lanMapper }, options.lanDht) }
  }
}

function named (name: string): KadDHTInit {
  return { logPrefix: `libp2p:${name}`, datastorePrefix: `/${name}`, metricsPrefix: `libp2p_${name.replace('-', '_')}` }
}

function withoutLoopback (peer: Parameters<PeerInfoMapper>[0]): ReturnType<PeerInfoMapper> {
  return { ...peer, multiaddrs: peer.multiaddrs.filter(address => !isLoopbackAddress(address)) }
}
