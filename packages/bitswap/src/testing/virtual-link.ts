/**
 * A connection between two virtual nodes: two pipes, the streams over them, and
 * who has been told of whom. Not for: who is connected (`virtual-network.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { StreamClosedError } from '../network/errors.ts'
import type { NetworkReceiver } from '../network/network.ts'
import type { BitswapProtocol } from '../network/protocols.ts'
import { Pipe } from './pipe.ts'
import { VirtualStream } from './virtual-stream.ts'

/** What a link needs of the node at its end. */
export interface LinkEnd {
  readonly self: PeerId
  readonly protocols: readonly BitswapProtocol[]
  /** Undefined while it is not started. */
  readonly receiver: NetworkReceiver | undefined
}

export interface LinkOptions {
  latency: number
  window: number
  segmentSize: number
  /** Told of all bytes that arrive: who sent them to whom, on which stream. */
  onArrival: ((from: PeerId, to: PeerId, stream: number, bytes: Uint8Array) => void) | undefined
}

/** One end of a link, as the other sees it. */
interface Side {
  node: LinkEnd
  /** Towards the other end. */
  pipe: Pipe
  streams: Set<VirtualStream>
  /** This end was told that the other is connected. */
  told: boolean
}

/** Told apart in traces only. */
export type NextStreamNumber = () => number

export class VirtualLink {
  readonly #options: LinkOptions
  readonly #sides: [Side, Side]
  readonly #nextNumber: NextStreamNumber
  #identified = false
  #open = true

  constructor (ends: [LinkEnd, LinkEnd], clock: Clock, options: LinkOptions, nextNumber: NextStreamNumber) {
    const side = (node: LinkEnd): Side => ({ node, pipe: new Pipe(clock, options.latency), streams: new Set(), told: false })
    this.#options = options
    this.#sides = [side(ends[0]), side(ends[1])]
    this.#nextNumber = nextNumber
  }

  get isOpen (): boolean {
    return this.#open
  }

  /** Each end knows now what the other speaks. */
  identify (): void {
    this.#identified = true
    this.update(this.#sides[0].node)
    this.update(this.#sides[1].node)
  }

  /** Does this end know the other as one it has a protocol in common with? */
  isReported (node: LinkEnd): boolean {
    return this.#of(node)[0].told
  }

  /** Tells an end of the other, or that it is no longer there, if that is news. */
  update (node: LinkEnd): void {
    const [side, other] = this.#of(node)
    const protocol = agree(node, other.node)
    const wanted = this.#open && this.#identified && node.receiver != null && other.node.receiver != null && protocol != null

    if (wanted && !side.told) {
      side.told = true
      node.receiver?.peerConnected(other.node.self, protocol)
    } else if (!wanted && side.told) {
      side.told = false
      node.receiver?.peerDisconnected(other.node.self)
    }
  }

  /** As {@link update} for whoever is at the other end, when the news gets there. */
  updateOther (node: LinkEnd): void {
    const [side, other] = this.#of(node)
    side.pipe.send(() => { this.update(other.node) })
  }

  /** Runs `arrive` at the other end, and what it returns back here: a request and its answer. */
  roundTrip (from: LinkEnd, arrive: () => () => void): void {
    const [side, other] = this.#of(from)
    side.pipe.send(() => {
      const answer = arrive()
      other.pipe.send(answer)
    })
  }

  /** The two ends of a new stream, the first for `from`. */
  createStream (from: LinkEnd, protocol: BitswapProtocol): [VirtualStream, VirtualStream] {
    const [side, other] = this.#of(from)
    const number = this.#nextNumber()
    const near = this.#createEnd(side, other, { protocol, number })
    const far = this.#createEnd(other, side, { protocol, number })
    VirtualStream.join(near, far)

    return [near, far]
  }

  /** Resets all streams, at both ends at once. */
  resetStreams (): void {
    for (const side of this.#sides) {
      for (const stream of [...side.streams]) {
        stream.reset()
      }
    }
  }

  /** This end gives up its streams; the other sees them reset. */
  abortStreams (node: LinkEnd, error: Error): void {
    for (const stream of [...this.#of(node)[0].streams]) {
      stream.abort(error)
    }
  }

  streamCount (node: LinkEnd): number {
    return this.#of(node)[0].streams.size
  }

  /** Nothing that is sent between the two arrives until the returned function is called. */
  hold (): () => void {
    const releases = this.#sides.map(side => side.pipe.hold())

    return () => {
      for (const release of releases) {
        release()
      }
    }
  }

  /** The connection is gone, and what was under way on it. */
  close (): void {
    this.#open = false

    for (const side of this.#sides) {
      side.pipe.cut()

      for (const stream of [...side.streams]) {
        stream.fail(new StreamClosedError('the connection was closed'))
      }
    }

    this.update(this.#sides[0].node)
    this.update(this.#sides[1].node)
  }

  #createEnd (side: Side, other: Side, { protocol, number }: { protocol: BitswapProtocol, number: number }): VirtualStream {
    const { window, segmentSize, onArrival } = this.#options
    const stream = new VirtualStream({
      protocol,
      window,
      segmentSize,
      pipe: side.pipe,
      onArrival: onArrival == null ? undefined : bytes => { onArrival(other.node.self, side.node.self, number, bytes) },
      onGone: () => { side.streams.delete(stream) }
    })
    side.streams.add(stream)

    return stream
  }

  #of (node: LinkEnd): [Side, Side] {
    const [first, second] = this.#sides

    return first.node === node ? [first, second] : [second, first]
  }
}

/** The first that `from` offers and `to` speaks too. */
export function agree (from: LinkEnd, to: LinkEnd): BitswapProtocol | undefined {
  return from.protocols.find(protocol => to.protocols.includes(protocol))
}
