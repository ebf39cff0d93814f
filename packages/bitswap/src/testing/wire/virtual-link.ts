/**
 * A connection between two virtual nodes: two pipes, the streams over them, and
 * who has been told of whom. Not for: who is connected (`topology.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../../core/clock.ts'
import { StreamClosedError } from '../../network/errors.ts'
import type { NetworkReceiver } from '../../network/network.ts'
import type { BitswapProtocol } from '../../network/protocols.ts'
import { Damage } from './damage.ts'
import { Pipe } from './pipe.ts'
import type { PipeInit } from './pipe.ts'
import { VirtualStream } from './virtual-stream.ts'

/** What a link needs of the node at its end. */
export interface LinkEnd {
  readonly self: PeerId
  readonly protocols: readonly BitswapProtocol[]
  /** Undefined while it is not started. */
  readonly receiver: NetworkReceiver | undefined
}

export interface LinkOptions {
  window: number
  maxWindow: number
  segmentSize: number
  /** Told of all bytes that arrive: who sent them to whom, on which stream. */
  onArrival: (from: PeerId, to: PeerId, stream: number, bytes: Uint8Array) => void
}

/** One end of a link, as the other sees it. */
interface Side {
  node: LinkEnd
  /** Towards the other end. */
  pipe: Pipe
  /** Of what is sent towards the other end. */
  damage: Damage
  streams: Set<VirtualStream>
  /** Streams here hand nothing over while there are any. */
  stalls: Set<Map<VirtualStream, () => void>>
  /** This end was told that the other is connected. */
  told: boolean
  /** The node at this end has crashed since. */
  vanished: boolean
}

const NOTHING = new Uint8Array(0)

/** Told apart in traces only. */
export type NextStreamNumber = () => number

export class VirtualLink {
  readonly #clock: Clock
  readonly #options: LinkOptions
  readonly #sides: [Side, Side]
  readonly #nextNumber: NextStreamNumber
  #identified = false
  #open = true

  /** @param pipes - from the first end to the second, and back */
  constructor (ends: [LinkEnd, LinkEnd], pipes: [PipeInit, PipeInit], clock: Clock, options: LinkOptions & { nextNumber: NextStreamNumber }) {
    const side = (node: LinkEnd, pipe: PipeInit): Side => {
      return { node, pipe: new Pipe(clock, pipe), damage: new Damage(), streams: new Set(), stalls: new Set(), told: false, vanished: false }
    }

    this.#clock = clock
    this.#options = options
    this.#sides = [side(ends[0], pipes[0]), side(ends[1], pipes[1])]
    this.#nextNumber = options.nextNumber
  }

  get isOpen (): boolean {
    return this.#open
  }

  /** Has the node at one end crashed, and the other has not noticed? */
  get isBroken (): boolean {
    return this.#sides.some(({ vanished }) => vanished)
  }

  /** There and back, in milliseconds. */
  get roundTrip (): number {
    return this.#sides[0].pipe.latency + this.#sides[1].pipe.latency
  }

  /** Are there bytes that wait to be sent, or to be read? */
  get isClogged (): boolean {
    return this.#sides.some(({ streams }) => [...streams].some(({ unsent, unread }) => unsent > 0 || unread > 0))
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
    const wanted = this.#open && !side.vanished && this.#identified && node.receiver != null && other.node.receiver != null && protocol != null

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
    side.pipe.send(0, () => { this.update(other.node) })
  }

  /** Runs `arrive` at the other end, and what it returns back here: a request and its answer. */
  roundTripFrom (from: LinkEnd, arrive: () => () => void): void {
    const [side, other] = this.#of(from)
    side.pipe.send(0, () => {
      const answer = arrive()
      other.pipe.send(0, answer)
    })
  }

  /** The end at `from` of a new stream; `arrived` is handed the other one where and when it begins. */
  createStream (from: LinkEnd, protocol: BitswapProtocol, arrived: (far: VirtualStream) => void): VirtualStream {
    const [side] = this.#of(from)
    const [near, far] = this.createStreams(from, protocol)

    side.pipe.send(0, () => { arrived(far) })

    return near
  }

  /** The two ends of a new stream, the first for `from`. */
  createStreams (from: LinkEnd, protocol: BitswapProtocol): [VirtualStream, VirtualStream] {
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
    const releases = this.#sides.map(({ pipe }) => pipe.hold())

    return () => {
      for (const release of releases) {
        release()
      }
    }
  }

  /** Nothing that is sent to this end arrives until the returned function is called. */
  holdTowards (node: LinkEnd): () => void {
    return this.#of(node)[1].pipe.hold()
  }

  /** This end reads nothing until the returned function is called: what is sent to it comes to a stop when the windows are full. */
  stall (node: LinkEnd): () => void {
    const [side] = this.#of(node)
    const stalled = new Map([...side.streams].map(stream => [stream, stream.stall()]))
    side.stalls.add(stalled)

    return () => {
      side.stalls.delete(stalled)
      stalled.forEach(resume => { resume() })
    }
  }

  /** What becomes of the bytes this end sends from now on. */
  damageFrom (node: LinkEnd): Damage {
    return this.#of(node)[0].damage
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

    for (const { node, told, vanished } of this.#sides) {
      if (told) {
        this.update(node)
      } else if (!vanished) {
        node.receiver?.peerDisconnected(this.#of(node)[1].node.self) // it may know the other by its streams
      }
    }
  }

  /** The node at this end is no more, and nobody at the other has heard of it yet. */
  vanish (node: LinkEnd): void {
    const [side, other] = this.#of(node)

    side.vanished = true
    side.told = false
    side.pipe.cut()
    other.pipe.cut()

    for (const stream of [...side.streams]) {
      stream.vanish()
    }
  }

  #createEnd (side: Side, other: Side, { protocol, number }: { protocol: BitswapProtocol, number: number }): VirtualStream {
    let isCut = false
    const stream = new VirtualStream({
      ...this.#options,
      protocol,
      clock: this.#clock,
      roundTrip: this.roundTrip,
      pipe: side.pipe,
      onArrival: bytes => {
        // what follows the gap may arrive at the same time, and before the stream is known to be lost
        const { kept, reset } = isCut ? { kept: NOTHING, reset: false } : other.damage.apply(bytes)

        if (kept.byteLength > 0) {
          this.#options.onArrival(other.node.self, side.node.self, number, kept)
        }

        if (reset) {
          isCut = true
          // what is left of the segment is read before
          this.#clock.timer(0, () => { stream.abort(new StreamClosedError('the stream was lost on the way')) })
        }

        return kept
      },
      onGone: () => {
        side.streams.delete(stream)
        side.stalls.forEach(stalled => stalled.delete(stream))
      }
    })
    side.streams.add(stream)
    side.stalls.forEach(stalled => stalled.set(stream, stream.stall()))

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
