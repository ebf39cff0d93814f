/** A {@link Libp2pNetwork} on a fake libp2p, for its tests. */
import { FakeHost, FakeLogger } from './fake-libp2p.ts'
import { peerIdFromSeed } from '../src/testing/peer-ids.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'
import { Libp2pNetwork } from '../src/network/libp2p-network.ts'
import type { NetworkReceiver, NetworkStream } from '../src/network/network.ts'
import type { NetworkInit } from '../src/network/options.ts'
import { resolveNetworkOptions } from '../src/network/resolve-options.ts'

export const alice = peerIdFromSeed(1)
export const bob = peerIdFromSeed(2)
const names = new Map([[alice.toString(), 'alice'], [bob.toString(), 'bob']])
const name = (peer: { toString (): string }): string => names.get(peer.toString()) ?? 'somebody'

/** Notes what it is told, and reads all streams. */
export class Recorder implements NetworkReceiver {
  readonly told: string[] = []
  readonly streams: NetworkStream[] = []

  peerConnected: NetworkReceiver['peerConnected'] = (peer, protocol) => { this.told.push(`${name(peer)} connected ${protocol ?? 'with an unknown protocol'}`) }
  peerDisconnected: NetworkReceiver['peerDisconnected'] = peer => { this.told.push(`${name(peer)} disconnected`) }
  streamOpened: NetworkReceiver['streamOpened'] = (peer, stream) => {
    this.told.push(`${name(peer)} stream ${stream.protocol}`)
    this.streams.push(stream)
    stream.read({
      data: bytes => { this.told.push(`${name(peer)} data ${bytes.byteLength}`) },
      ended: () => {},
      closed: error => { this.told.push(`${name(peer)} closed ${error?.name ?? 'well'}`) }
    })
  }
}

export interface NetworkSetup {
  host: FakeHost
  clock: VirtualClock
  network: Libp2pNetwork
  receiver: Recorder
  logger: FakeLogger
}

/** Not started. */
export function createNetwork (init: NetworkInit = {}): NetworkSetup {
  const [host, clock, logger] = [new FakeHost(), new VirtualClock(), new FakeLogger()]
  const network = new Libp2pNetwork({ host, clock, logger }, resolveNetworkOptions(init))

  return { host, clock, network, logger, receiver: new Recorder() }
}

export async function startNetwork (init?: NetworkInit): Promise<NetworkSetup> {
  const made = createNetwork(init)
  await made.network.start(made.receiver)

  return made
}
