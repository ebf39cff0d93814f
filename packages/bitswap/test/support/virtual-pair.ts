/** Two nodes of a virtual network, and somebody at each who writes down what happens. */
import { Uint8ArrayList } from 'uint8arraylist'
import type { NetworkReceiver, NetworkStream, StreamReader } from '../../src/network/network.ts'
import { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualNetworkInit } from '../../src/testing/virtual-network.ts'
import type { VirtualNode } from '../../src/testing/wire/virtual-node.ts'

/** Writes down what a stream says. */
export class Recorder implements StreamReader {
  readonly events: string[] = []
  readonly bytes: Uint8ArrayList = new Uint8ArrayList()
  readonly sizes: number[] = []
  onData: (() => void) | undefined

  data (bytes: Uint8Array<ArrayBuffer> | Uint8ArrayList): void {
    this.bytes.append(bytes)
    this.sizes.push(bytes.byteLength)
    this.onData?.()
  }

  ended (): void {
    this.events.push('ended')
  }

  closed (error?: Error): void {
    this.events.push(error == null ? 'closed' : `closed: ${error.name}`)
  }
}

/** Writes down what a node is told, and reads all streams. */
export class Owner implements NetworkReceiver {
  readonly events: string[] = []
  readonly streams: NetworkStream[] = []
  readonly recorders: Recorder[] = []

  peerConnected (_peer: unknown, protocol: string | undefined): void {
    this.events.push(`connected ${protocol}`)
  }

  peerDisconnected (): void {
    this.events.push('disconnected')
  }

  streamOpened (_peer: unknown, stream: NetworkStream): void {
    const recorder = new Recorder()
    this.streams.push(stream)
    this.recorders.push(recorder)
    this.events.push('stream')
    stream.read(recorder)
  }
}

export interface Pair {
  net: VirtualNetwork
  alice: VirtualNode
  bob: VirtualNode
  aliceOwner: Owner
  bobOwner: Owner
}

export interface OpenPair extends Pair {
  near: NetworkStream
  nearRecorder: Recorder
  far: NetworkStream
  farRecorder: Recorder
}

/** Connected and started. */
export async function createPair (init: VirtualNetworkInit = {}): Promise<Pair> {
  const net = new VirtualNetwork(init)
  const [alice, bob] = [net.createNode(), net.createNode()]
  const [aliceOwner, bobOwner] = [new Owner(), new Owner()]
  net.connect(alice, bob)
  await alice.start(aliceOwner)
  await bob.start(bobOwner)
  await net.clock.run()

  return { net, alice, bob, aliceOwner, bobOwner }
}

/** With a stream from the one to the other. */
export async function openPair (init: VirtualNetworkInit = {}): Promise<OpenPair> {
  const pair = await createPair(init)
  const near = await pair.net.clock.run(pair.alice.openStream(pair.bob.self))
  const nearRecorder = new Recorder()
  near.read(nearRecorder)

  return { ...pair, near, nearRecorder, far: pair.bobOwner.streams[0] as NetworkStream, farRecorder: pair.bobOwner.recorders[0] as Recorder }
}
