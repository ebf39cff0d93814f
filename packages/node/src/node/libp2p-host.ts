/**
 * The libp2p under a node: what it listens on, how it encrypts, what it allows.
 * Knows nothing of blocks.
 */
import { noise } from '@libp2p/noise'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { VERSION } from '../version.ts'
import { Encrypter } from './options.ts'
import type { NodeOptions } from './options.ts'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

/**
 * Bytes a peer may have on the way to us on one stream. As much as libp2p lets a
 * stream hold unread (`maxReadBufferLength`), since it resets one that holds
 * more. How much it starts with is left at yamux's own 256 KiB: other
 * implementations take a larger start for a breach of the protocol.
 */
const MAX_STREAM_WINDOW_SIZE = 4_194_304

const ENCRYPTERS = { [Encrypter.Tls]: tls, [Encrypter.Noise]: noise }

/** What libp2p calls its options; pure, so that a test can look at them. */
export function hostInit (privateKey: PrivateKey, options: NodeOptions): Libp2pOptions {
  return {
    start: false,
    privateKey,
    addresses: { listen: [...options.listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: options.encrypters.map(name => ENCRYPTERS[name]()),
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_SIZE } })],
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
    services: { identify: identify(), ping: ping() }
  }
}

/**
 * A libp2p that is not started. Its peer store is in memory: nothing in it has
 * to outlive the process, and a store on disk would be written at every stream.
 */
export async function createHost (privateKey: PrivateKey, options: NodeOptions): Promise<Libp2p> {
  return await createLibp2p(hostInit(privateKey, options))
}
