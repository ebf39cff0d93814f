/**
 * What `libp2p-network.ts` needs of libp2p, and nothing more: the narrowest
 * port, so that it runs as well on a `Libp2p` object as inside a libp2p service,
 * which is handed the components and never the object.
 *
 * Not for: topologies. They report each protocol of a peer on its own, in the
 * order the peer listed them, and its leaving late, after a read of the peer
 * store: when it may be back. The events below say the same, whole and in order.
 */
import type { AbortOptions, Connection, Libp2p, Libp2pEvents, PeerId, PeerStore, StreamHandler, StreamHandlerOptions, TypedEventTarget } from '@libp2p/interface'
import type { PeerTag, PeerTarget } from './network.ts'

export interface HostEventTarget {
  addEventListener: TypedEventTarget<Libp2pEvents>['addEventListener']
  removeEventListener: TypedEventTarget<Libp2pEvents>['removeEventListener']
}

export interface Host {
  readonly peerId: PeerId

  /** Of `connection:open`, `connection:close` and `peer:identify`. */
  readonly events: HostEventTarget

  /**
   * Has `handler` called for streams of this protocol. It is in place when the
   * call returns; the promise is for telling others about it.
   *
   * @throws DuplicateProtocolHandlerError (libp2p's) when somebody else's is, and stays
   */
  handle (protocol: string, handler: StreamHandler, options: StreamHandlerOptions): Promise<void>
  unhandle (protocol: string): Promise<void>

  /** Connects; libp2p may answer with a connection that is open already. */
  dial (target: PeerTarget, options?: AbortOptions): Promise<Connection>

  /** All that are open, and maybe some that are closing. */
  getConnections (): Connection[]

  /** What a peer was last known to speak; empty when nothing is known of it. */
  getProtocols (peer: PeerId, options?: AbortOptions): Promise<readonly string[]>

  /** Sets a tag of a peer, which counts when connections are to be closed; undefined removes it. */
  tag (peer: PeerId, name: string, tag: PeerTag | undefined): Promise<void>
}

/** Components that libp2p hands to a service, as far as they are used. */
export interface HostComponents {
  peerId: PeerId
  peerStore: Pick<PeerStore, 'get' | 'merge'>
  events: HostEventTarget
  registrar: {
    handle (protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): Promise<void>
    unhandle (protocol: string): Promise<void>
  }
  connectionManager: {
    openConnection (target: PeerTarget, options?: AbortOptions): Promise<Connection>
    getConnections (): Connection[]
  }
}

export function hostFromLibp2p (libp2p: Libp2p): Host {
  return {
    peerId: libp2p.peerId,
    events: libp2p,
    handle: async (protocol, handler, options) => { await libp2p.handle(protocol, handler, options) },
    unhandle: async protocol => { await libp2p.unhandle(protocol) },
    dial: async (target, options) => await libp2p.dial(target, options),
    getConnections: () => libp2p.getConnections(),
    getProtocols: async (peer, options) => await storedProtocols(libp2p.peerStore, peer, options),
    tag: async (peer, name, tag) => { await libp2p.peerStore.merge(peer, { tags: { [name]: tag } }) }
  }
}

export function hostFromComponents (components: HostComponents): Host {
  // read at each call: while libp2p builds its services, components come one by one
  return {
    peerId: components.peerId,
    events: components.events,
    handle: async (protocol, handler, options) => { await components.registrar.handle(protocol, handler, options) },
    unhandle: async protocol => { await components.registrar.unhandle(protocol) },
    dial: async (target, options) => await components.connectionManager.openConnection(target, options),
    getConnections: () => components.connectionManager.getConnections(),
    getProtocols: async (peer, options) => await storedProtocols(components.peerStore, peer, options),
    tag: async (peer, name, tag) => { await components.peerStore.merge(peer, { tags: { [name]: tag } }) }
  }
}

async function storedProtocols (peerStore: Pick<PeerStore, 'get'>, peer: PeerId, options?: AbortOptions): Promise<readonly string[]> {
  try {
    return (await peerStore.get(peer, options)).protocols
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') {
      return []
    }

    throw error
  }
}
