/**
 * A libp2p of plain objects, for tests of what stands on it: a test says what
 * happens outside (a connection opens, identify ends, bytes arrive) and it is
 * told as libp2p 3.3 tells it, in the same order. Nothing runs by itself.
 */
import type { AbortOptions, ComponentLogger, Connection, IdentifyResult, Libp2pEvents, Logger, PeerId, Stream, StreamHandler, StreamHandlerOptions } from '@libp2p/interface'
import { TypedEventEmitter } from 'main-event'
import { systemClock } from '../src/core/clock.ts'
import type { Host } from '../src/network/host.ts'
import type { PeerTag, PeerTarget } from '../src/network/network.ts'
import { peerIdFromSeed } from '../src/testing/peer-ids.ts'
import { FakeStream } from './fake-stream.ts'

/** All promise callbacks that were ready have run, and those that they made ready. */
export async function settled (): Promise<void> {
  await new Promise<void>(resolve => { systemClock.soon(resolve) })
}

/** Keeps what was logged as an error. */
export class FakeLogger implements ComponentLogger {
  readonly errors: unknown[][] = []

  forComponent (): Logger {
    const log = Object.assign(() => {}, {
      error: (...args: unknown[]) => { this.errors.push(args) },
      trace: () => {},
      enabled: false,
      newScope: () => log
    })

    return log
  }
}

export class FakeConnection {
  readonly remotePeer: PeerId
  readonly limits: { bytes: bigint } | undefined
  status = 'open'
  aborted: Error | undefined
  /** Protocols asked for, one list per stream that was opened. */
  readonly asked: string[][] = []
  /** What opening a stream comes to: by default one with the first protocol. */
  answer: (protocols: string[], options: AbortOptions) => Promise<FakeStream> = async ([first]) => new FakeStream(first ?? '')

  constructor (remotePeer: PeerId, init: { limited?: boolean } = {}) {
    this.remotePeer = remotePeer
    this.limits = init.limited === true ? { bytes: 1n } : undefined
  }

  async newStream (protocols: string[], options: AbortOptions): Promise<FakeStream> {
    this.asked.push(protocols)

    return await this.answer(protocols, options)
  }

  abort (error: Error): void {
    this.aborted = error
  }
}

export class FakeHost implements Host {
  readonly peerId: PeerId = peerIdFromSeed(0)
  readonly events: TypedEventEmitter<Libp2pEvents> = new TypedEventEmitter<Libp2pEvents>()
  readonly handlers: Map<string, { handler: StreamHandler, options: StreamHandlerOptions }> = new Map()
  /** By peer id; a promise or an error where reading it is to be slow or to fail. */
  readonly stored: Map<string, readonly string[] | Promise<readonly string[]>> = new Map()
  connections: FakeConnection[] = []
  dialled: PeerTarget[] = []
  readonly tagged: Array<[string, string, PeerTag | undefined]> = []
  /** What tagging comes to. */
  tagging: () => Promise<void> = async () => {}
  /** What dialling comes to. */
  dialling: (target: PeerTarget, options: AbortOptions) => Promise<FakeConnection> = async () => { throw new Error('nobody is there') }

  get listeners (): number {
    return ['connection:open', 'connection:close', 'peer:identify'].reduce((sum, type) => sum + this.events.listenerCount(type), 0)
  }

  async handle (protocol: string, handler: StreamHandler, options: StreamHandlerOptions): Promise<void> {
    if (this.handlers.has(protocol)) {
      throw Object.assign(new Error(`a handler for ${protocol} is there`), { name: 'DuplicateProtocolHandlerError' })
    }

    this.handlers.set(protocol, { handler, options })
  }

  async unhandle (protocol: string): Promise<void> {
    this.handlers.delete(protocol)
  }

  async dial (target: PeerTarget, options: AbortOptions = {}): Promise<Connection> {
    this.dialled.push(target)

    return await this.dialling(target, options) as unknown as Connection
  }

  getConnections (): Connection[] {
    return this.connections as unknown as Connection[]
  }

  async getProtocols (peer: PeerId): Promise<readonly string[]> {
    return await this.stored.get(peer.toString()) ?? []
  }

  async tag (peer: PeerId, name: string, tag: PeerTag | undefined): Promise<void> {
    this.tagged.push([peer.toString(), name, tag])
    await this.tagging()
  }

  // what happens outside

  open (peer: PeerId, init?: { limited?: boolean }): FakeConnection {
    const connection = new FakeConnection(peer, init)
    this.connections.push(connection)
    this.events.safeDispatchEvent('connection:open', { detail: connection })

    return connection
  }

  close (connection: FakeConnection): void {
    connection.status = 'closed'
    // libp2p's own list may still have it while others are told
    this.events.safeDispatchEvent('connection:close', { detail: connection })
    this.connections = this.connections.filter(other => other !== connection)
  }

  identify (connection: FakeConnection, protocols: string[]): void {
    const detail = { peerId: connection.remotePeer, connection, protocols, listenAddrs: [] }
    this.events.safeDispatchEvent<IdentifyResult>('peer:identify', { detail: detail as unknown as IdentifyResult })
  }

  /** A peer opens a stream to us. */
  async inbound (connection: FakeConnection, protocol: string): Promise<FakeStream> {
    const stream = new FakeStream(protocol)

    try {
      await this.handlers.get(protocol)?.handler(stream as unknown as Stream, connection as unknown as Connection)
    } catch (error) {
      stream.abort(error as Error)
    }

    return stream
  }
}
