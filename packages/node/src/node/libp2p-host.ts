/**
 * The libp2p under a node: what it listens on, how it encrypts, what it allows,
 * by which services it finds others and is found. Knows nothing of blocks.
 */
import { noise } from '@libp2p/noise'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { directTls } from '../encryption/direct-tls.ts'
import { promptMuxer } from '../muxing/prompt-muxer.ts'
import { privateNetworkParts } from '../private-network/libp2p-parts.ts'
import { reachabilityParts } from '../reachability/libp2p-parts.ts'
import { routingServices } from '../routing/dht.ts'
import { peerDiscovery } from '../routing/mdns.ts'
import { VERSION } from '../version.ts'
import { Encrypter } from './options.ts'
import { makeSparing } from './sparing-peer-store.ts'
import type { NodeOptions } from './options.ts'
import type { ComponentLogger, Libp2p, PeerInfo, PrivateKey } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

/**
 * Bytes a peer may have on the way to us on one stream. As much as libp2p lets a
 * stream hold unread (`maxReadBufferLength`), since it resets one that holds
 * more. How much it starts with is left at yamux's own 256 KiB: other
 * implementations take a larger start for a breach of the protocol.
 */
const MAX_STREAM_WINDOW_SIZE = 4_194_304

const ENCRYPTERS = { [Encrypter.Tls]: directTls, [Encrypter.Noise]: noise }

/** What is loaded only when the options ask for it, on top of what every node has. */
export type HostParts = Pick<Libp2pOptions, 'addresses' | 'transports' | 'services' | 'peerDiscovery' | 'connectionProtector' | 'connectionGater'>

/** @param found - told of peers of the local network */
export async function hostParts ({ routing, reachability, privateNetwork }: NodeOptions, found: (peer: PeerInfo) => void): Promise<HostParts> {
  const { services, ...reachable } = await reachabilityParts(reachability)
  const discovery = await peerDiscovery(routing, found)

  return {
    ...await privateNetworkParts(privateNetwork),
    ...reachable,
    services: { ...services, ...await routingServices(routing) as Libp2pOptions['services'] },
    ...discovery.length === 0 ? {} : { peerDiscovery: discovery }
  }
}

/** What libp2p calls its options; pure, so that a test can look at them. */
export function hostInit (privateKey: PrivateKey, options: NodeOptions, parts: HostParts = {}): Libp2pOptions {
  return {
    ...parts,
    start: false,
    privateKey,
    addresses: { ...parts.addresses, listen: [...options.listen] },
    transports: [tcp(), webSockets(), ...parts.transports ?? []],
    connectionEncrypters: options.encrypters.map(name => ENCRYPTERS[name]()),
    streamMuxers: [promptMuxer(yamux({ streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_SIZE } }))],
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: options.maxConnectionsPerSecond,
      maxIncomingPendingConnections: options.maxConnectionsPerSecond
    },
    connectionMonitor: {
      pingInterval: options.pingInterval,
      pingTimeout: { minTimeout: options.pingTimeout, maxTimeout: options.pingTimeout }
    },
    nodeInfo: { name: 'ts-bitswap-node', version: VERSION },
    services: { identify: identify(), ping: ping(), ...parts.services }
  }
}

export interface HostComponents {
  /** Told of peers of the local network. */
  found: (peer: PeerInfo) => void
  /** @default libp2p's own */
  logger?: ComponentLogger | undefined
}

/**
 * A libp2p that is not started. Its peer store is in memory: nothing in it has
 * to outlive the process, and a store on disk would be written at every stream.
 */
export async function createHost (privateKey: PrivateKey, options: NodeOptions, { found, logger }: HostComponents): Promise<Libp2p> {
  const init = hostInit(privateKey, options, await hostParts(options, found))
  const libp2p = await createLibp2p({ ...init, ...logger == null ? {} : { logger } })

  makeSparing(libp2p.peerStore)

  return libp2p
}
