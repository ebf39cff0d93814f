/**
 * A node of the virtual network, as the {@link Network} port shows it. Started
 * by a `Messenger`, or by a test that wants to read and write the bytes of its
 * streams itself.
 */
import { DialError, UnsupportedProtocolError } from '@libp2p/interface'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import { NotConnectedError, StreamClosedError } from '../../network/errors.ts'
import type { Network, NetworkReceiver, NetworkStream, PeerTag, PeerTarget, TagName } from '../../network/network.ts'
import { peerOf } from '../../network/peer-target.ts'
import type { BitswapProtocol } from '../../network/protocols.ts'
import type { Downlink, Uplink } from './access.ts'
import type { NodeConditionsInit } from './conditions.ts'
import { NodeClock } from './node-clock.ts'
import { createNodeTags } from './node-tags.ts'
import type { NodeTagsByName } from './node-tags.ts'
import { agree } from './virtual-link.ts'
import type { LinkEnd, VirtualLink } from './virtual-link.ts'
import type { NodeSurroundings } from './node-surroundings.ts'

export interface VirtualNodeInit extends NodeConditionsInit {
  /** @default one that follows from the network's seed */
  peer?: PeerId
  /**
   * What it is called in timelines and messages.
   *
   * @default 'node' and its number
   */
  name?: string
  /**
   * What it speaks, best first.
   *
   * @default all four
   */
  protocols?: readonly BitswapProtocol[]
}

export interface NodeTraits {
  name: string
  number: number
  protocols: readonly BitswapProtocol[]
}

export class VirtualNode implements Network, LinkEnd {
  readonly self: PeerId
  readonly name: string
  /** In the order in which they were made. */
  readonly number: number
  /** What it speaks, best first. When it is changed, streams opened from then on are agreed on accordingly. */
  protocols: readonly BitswapProtocol[]
  /** What it said of peers for its connection manager. */
  readonly tags: NodeTagsByName = createNodeTags()
  readonly #surroundings: NodeSurroundings
  readonly #opening: Map<(error: Error) => void, PeerId> = new Map()
  #clock: NodeClock
  #receiver: NetworkReceiver | undefined
  #crashed = false

  constructor (self: PeerId, traits: NodeTraits, surroundings: NodeSurroundings) {
    this.self = self
    this.name = traits.name
    this.number = traits.number
    this.protocols = traits.protocols
    this.#surroundings = surroundings
    this.#clock = new NodeClock(surroundings.clock, surroundings.ran)
  }

  /** Its own time; another one after each crash. */
  get clock (): NodeClock {
    return this.#clock
  }

  get receiver (): NetworkReceiver | undefined {
    return this.#receiver
  }

  get uplink (): Uplink | undefined {
    return this.#surroundings.uplink
  }

  get downlink (): Downlink | undefined {
    return this.#surroundings.downlink
  }

  /** Can it be dialled? */
  get isOnline (): boolean {
    return !this.#crashed
  }

  async start (receiver: NetworkReceiver): Promise<void> {
    if (this.#receiver != null) {
      return
    }

    this.#receiver = receiver
    this.#surroundings.happened('started')

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
    this.#surroundings.happened('stopped')

    for (const [, link] of this.#surroundings.links(this)) {
      link.abortStreams(this, error)
    }

    this.#failOpening(error)
    this.#receiver = undefined
    Object.values(this.tags).forEach(({ byPeer }) => { byPeer.clear() })

    for (const [, link] of this.#surroundings.links(this)) {
      link.update(this)
      link.updateOther(this)
    }
  }

  /** Ends without a word: nothing of it runs any more, and nobody is told. What is at the other ends of its links is up to the caller. */
  crash (): void {
    this.#crashed = true
    this.#receiver = undefined
    this.#opening.clear()
    Object.values(this.tags).forEach(({ byPeer }) => { byPeer.clear() })
    this.#clock.end()

    for (const [, link] of this.#surroundings.links(this)) {
      link.vanish(this)
    }
  }

  /** Is there again, after a crash: with the same id, connected to nobody. */
  revive (): void {
    if (this.#crashed) {
      this.#crashed = false
      this.#clock = new NodeClock(this.#surroundings.clock, this.#surroundings.ran)
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

    const failure = this.#surroundings.takeOpenFailure(this, other)
    const immediate = this.#surroundings.streamRoundTrips === 0 && failure == null ? this.#openAtOnce(other, link) : undefined

    if (immediate != null) {
      return immediate
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
      this.#negotiate(other, link, failure, result => {
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

    const link = await this.#surroundings.dial(this, other, options.signal ?? undefined)

    if (link == null) {
      throw new DialError(`${other.name} does not answer`)
    }

    // of one that is known already nothing else is asked: that it has stopped may be news still on its way
    if (!link.isReported(this) && (agree(this, other) == null || other.receiver == null)) {
      throw new UnsupportedProtocolError(`${other.self} speaks no Bitswap`)
    }

    return other.self
  }

  /** Who is connected here is known at once. */
  peersIdentified (): undefined {}

  disconnect (peer: PeerId): void {
    const other = this.#surroundings.node(peer)

    if (other != null) {
      this.#surroundings.disconnect(this, other)
    }
  }

  tag (peer: PeerId, name: TagName, tag: PeerTag | undefined): void {
    this.tags[name].set(peer, tag, this.#clock.now())
  }

  /** The connection is gone: streams that were being opened over it will not be. */
  connectionClosed (peer: PeerId): void {
    this.#failOpening(new NotConnectedError(peer), peer)
  }

  /** A stream without a round trip; undefined when the other end would refuse it. */
  #openAtOnce (other: VirtualNode, link: VirtualLink): NetworkStream | undefined {
    const protocol = agree(this, other)

    if (protocol == null || other.receiver == null) {
      return undefined
    }

    return link.createStream(this, protocol, far => {
      if (other.receiver == null) {
        far.abort(new StreamClosedError('the node was stopped'))
      } else {
        other.receiver.streamOpened(this.self, far)
      }
    })
  }

  /** Asks the other end for a stream; the answer comes a round trip later. */
  #negotiate (other: VirtualNode, link: VirtualLink, failure: Error | undefined, answer: (result: NetworkStream | Error) => void): void {
    link.roundTripFrom(this, () => {
      if (failure != null) {
        return () => { answer(failure) }
      }

      const protocol = agree(this, other)

      if (protocol == null || other.receiver == null) {
        return () => { answer(new UnsupportedProtocolError(`${other.self} speaks no Bitswap`)) }
      }

      const [near, far] = link.createStreams(this, protocol)
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
