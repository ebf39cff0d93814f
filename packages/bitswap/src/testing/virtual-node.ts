/**
 * A node of the virtual network, as the {@link Network} port shows it. Started
 * by a `Messenger`, or by a test that wants to read and write the bytes of its
 * streams itself.
 */
import { DialError, isPeerId, UnsupportedProtocolError } from '@libp2p/interface'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { NotConnectedError, StreamClosedError } from '../network/errors.ts'
import type { Network, NetworkReceiver, NetworkStream, PeerTarget } from '../network/network.ts'
import type { BitswapProtocol } from '../network/protocols.ts'
import { agree } from './virtual-link.ts'
import type { LinkEnd, VirtualLink } from './virtual-link.ts'

export interface VirtualNodeInit {
  /** @default one that follows from the network's seed */
  peer?: PeerId
  /**
   * What it speaks, best first.
   *
   * @default all four
   */
  protocols?: readonly BitswapProtocol[]
}

/** What a node needs of the network it is part of. */
export interface NodeSurroundings {
  node (peer: PeerId | string): VirtualNode | undefined
  link (a: VirtualNode, b: VirtualNode): VirtualLink | undefined
  links (node: VirtualNode): Iterable<[VirtualNode, VirtualLink]>
  /** Makes a link after the time a connection takes to set up. */
  dial (from: VirtualNode, to: VirtualNode): Promise<VirtualLink>
  /** The error the next opening of a stream is to fail with, if it is. */
  takeOpenFailure (from: VirtualNode, to: VirtualNode): Error | undefined
}

export class VirtualNode implements Network, LinkEnd {
  readonly self: PeerId
  /** What it speaks, best first. When it is changed, streams opened from then on are agreed on accordingly. */
  protocols: readonly BitswapProtocol[]
  readonly #surroundings: NodeSurroundings
  readonly #opening: Map<(error: Error) => void, PeerId> = new Map()
  #receiver: NetworkReceiver | undefined

  constructor (self: PeerId, protocols: readonly BitswapProtocol[], surroundings: NodeSurroundings) {
    this.self = self
    this.protocols = protocols
    this.#surroundings = surroundings
  }

  get receiver (): NetworkReceiver | undefined {
    return this.#receiver
  }

  async start (receiver: NetworkReceiver): Promise<void> {
    if (this.#receiver != null) {
      return
    }

    this.#receiver = receiver

    for (const [, link] of this.#surroundings.links(this)) {
      link.update(this)
      link.updateOther(this)
    }
  }

  async stop (): Promise<void> {
    if (this.#receiver == null) {
      return
    }

    const error = new StreamClosedError('the node was stopped')

    for (const [, link] of this.#surroundings.links(this)) {
      link.abortStreams(this, error)
    }

    this.#failOpening(error)
    this.#receiver = undefined

    for (const [, link] of this.#surroundings.links(this)) {
      link.update(this)
      link.updateOther(this)
    }
  }

  peers (): PeerId[] {
    return [...this.#surroundings.links(this)].filter(([, link]) => link.isReported(this)).map(([node]) => node.self)
  }

  /** Streams to and from this peer that are open at this end. */
  streamCount (peer: PeerId): number {
    return this.#linkTo(peer)?.streamCount(this) ?? 0
  }

  async openStream (peer: PeerId, options: AbortOptions = {}): Promise<NetworkStream> {
    options.signal?.throwIfAborted()
    const other = this.#surroundings.node(peer)
    const link = this.#linkTo(peer)

    if (other == null || link == null) {
      throw new NotConnectedError(peer)
    }

    return await new Promise<NetworkStream>((resolve, reject) => {
      const fail = (error: unknown): void => {
        settle()
        reject(error)
      }
      const abort = (): void => { fail(options.signal?.reason) }
      const settle = (): void => {
        this.#opening.delete(fail)
        options.signal?.removeEventListener('abort', abort)
      }

      this.#opening.set(fail, peer)
      options.signal?.addEventListener('abort', abort)
      this.#negotiate(other, link, result => {
        if (result instanceof Error) {
          fail(result)
        } else if (!this.#opening.has(fail)) {
          result.abort(new StreamClosedError('nobody waits for the stream any more'))
        } else {
          settle()
          resolve(result)
        }
      })
    })
  }

  async connect (target: PeerTarget, options: AbortOptions = {}): Promise<PeerId> {
    options.signal?.throwIfAborted()
    const peer = peerOf(target)
    const other = peer == null ? undefined : this.#surroundings.node(peer)

    if (other == null || other === this) {
      throw new DialError(other === this ? 'a node cannot dial itself' : `nobody is at ${String(target)}`)
    }

    await this.#surroundings.dial(this, other)
    options.signal?.throwIfAborted()

    if (agree(this, other) == null || other.receiver == null) {
      throw new UnsupportedProtocolError(`${other.self} speaks no Bitswap`)
    }

    return other.self
  }

  /** The connection is gone: streams that were being opened over it will not be. */
  connectionClosed (peer: PeerId): void {
    this.#failOpening(new NotConnectedError(peer), peer)
  }

  /** Asks the other end for a stream; the answer comes a round trip later. */
  #negotiate (other: VirtualNode, link: VirtualLink, answer: (result: NetworkStream | Error) => void): void {
    const failure = this.#surroundings.takeOpenFailure(this, other)

    link.roundTrip(this, () => {
      if (failure != null) {
        return () => { answer(failure) }
      }

      const protocol = agree(this, other)

      if (protocol == null || other.receiver == null) {
        return () => { answer(new UnsupportedProtocolError(`${other.self} speaks no Bitswap`)) }
      }

      const [near, far] = link.createStream(this, protocol)
      other.receiver.streamOpened(this.self, far)

      return () => { answer(near) }
    })
  }

  #linkTo (peer: PeerId): VirtualLink | undefined {
    const other = this.#surroundings.node(peer)

    return other == null ? undefined : this.#surroundings.link(this, other)
  }

  #failOpening (error: Error, to?: PeerId): void {
    for (const [fail, peer] of [...this.#opening]) {
      if (to == null || peer.equals(to)) {
        fail(error)
      }
    }
  }
}

/** Whom an address names, or undefined when it does not say. */
function peerOf (target: PeerTarget): PeerId | string | undefined {
  if (isPeerId(target)) {
    return target
  }

  const addresses: Multiaddr[] = Array.isArray(target) ? target : [target]

  for (const address of addresses) {
    const peer = address.getComponents().findLast(({ name }) => name === 'p2p')?.value

    if (peer != null) {
      return peer
    }
  }

  return undefined
}
