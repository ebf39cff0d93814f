/** Real libp2p nodes on loopback, with a {@link Libp2pNetwork} on each, for tests. */
import { once } from 'node:events'
import { identify, identifyPush } from '@libp2p/identify'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../src/core/clock.ts'
import { hostFromComponents, hostFromLibp2p } from '../src/network/host.ts'
import type { Host, HostComponents } from '../src/network/host.ts'
import { Libp2pNetwork } from '../src/network/libp2p-network.ts'
import type { NetworkReceiver, NetworkStream, StreamReader } from '../src/network/network.ts'
import type { NetworkInit } from '../src/network/options.ts'
import { resolveNetworkOptions } from '../src/network/resolve-options.ts'

export const MiB = 1_048_576

export interface LoopbackNode {
  libp2p: Libp2p<{ host: Host }>
  network: Libp2pNetwork
}

/**
 * A node that listens on loopback, network not started.
 *
 * @param via - what the network stands on: the libp2p object, or the components a service is handed
 */
export async function createLoopbackNode (via: 'libp2p' | 'components' = 'libp2p', init: NetworkInit = {}): Promise<LoopbackNode> {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    // the whole window from the start: more than libp2p keeps for a paused stream by itself
    streamMuxers: [yamux({ streamOptions: { initialStreamWindowSize: 16 * MiB } })],
    services: {
      identify: identify(),
      push: identifyPush({ debounce: 1 }),
      host: (components: HostComponents): Host => hostFromComponents(components)
    },
    connectionManager: { inboundConnectionThreshold: 1_000 },
    connectionMonitor: { enabled: false }
  })
  const host = via === 'libp2p' ? hostFromLibp2p(libp2p) : libp2p.services.host

  return { libp2p, network: new Libp2pNetwork({ host, clock: systemClock, logger: libp2p.logger }, resolveNetworkOptions(init)) }
}

/** Two nodes, the second with these options, that are stopped when `work` has ended. */
export async function withNodes (work: (a: LoopbackNode, b: LoopbackNode) => Promise<void>, init?: NetworkInit): Promise<void> {
  const nodes = [await createLoopbackNode(), await createLoopbackNode('components', init)] as const

  try {
    await work(...nodes)
  } finally {
    for (const { network, libp2p } of nodes) {
      await network.stop()
      await libp2p.stop()
    }
  }
}

/** What a network is told; `next` waits for it. */
export class Events implements NetworkReceiver {
  readonly #told: string[] = []
  readonly #waiting: Array<(event: string) => void> = []
  readonly #onStream: (peer: PeerId, stream: NetworkStream) => void

  constructor (onStream: (peer: PeerId, stream: NetworkStream) => void = echo) {
    this.#onStream = onStream
  }

  /** Told and not taken by `next` yet. */
  get rest (): readonly string[] {
    return this.#told
  }

  async next (): Promise<string> {
    return this.#told.shift() ?? await new Promise(resolve => { this.#waiting.push(resolve) })
  }

  peerConnected: NetworkReceiver['peerConnected'] = (peer, protocol) => { this.#tell(`connected ${peer} ${protocol ?? ''}`) }
  peerDisconnected: NetworkReceiver['peerDisconnected'] = peer => { this.#tell(`disconnected ${peer}`) }
  streamOpened: NetworkReceiver['streamOpened'] = (peer, stream) => { this.#onStream(peer, stream) }

  #tell (event: string): void {
    const waiting = this.#waiting.shift()

    if (waiting != null) {
      waiting(event)
    } else {
      this.#told.push(event)
    }
  }
}

/** Sends back what comes, and ends when the other side does. */
export function echo (_peer: PeerId, stream: NetworkStream): void {
  stream.read({
    data: bytes => { stream.send(bytes) },
    ended: () => { stream.close().catch((error: unknown) => { stream.abort(error as Error) }) },
    closed: () => {}
  })
}

/** Counts what comes, and says how it ended. */
export class Count implements StreamReader {
  received = 0
  readonly ending: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly closing: PromiseWithResolvers<Error | undefined> = Promise.withResolvers()
  #enough = 0
  #arrival: PromiseWithResolvers<void> = Promise.withResolvers()

  data: StreamReader['data'] = bytes => {
    this.received += bytes.byteLength

    if (this.received >= this.#enough) {
      this.#arrival.resolve()
    }
  }

  ended: StreamReader['ended'] = () => { this.ending.resolve() }
  closed: StreamReader['closed'] = error => { this.closing.resolve(error) }

  /** Resolves when so many bytes have come in all. */
  async bytes (size: number): Promise<void> {
    this.#enough = size
    this.#arrival = Promise.withResolvers()

    if (this.received < size) {
      await this.#arrival.promise
    }
  }
}

/** Both have said to each other what they speak. */
export async function identified (a: LoopbackNode, b: LoopbackNode): Promise<void> {
  const both = [once(a.libp2p, 'peer:identify'), once(b.libp2p, 'peer:identify')]
  await a.libp2p.dial(b.libp2p.getMultiaddrs())
  await Promise.all(both)
}
