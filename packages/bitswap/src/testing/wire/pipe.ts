/**
 * One direction of a virtual connection: what is put in comes out at the other
 * end, in order, after the time it takes: to be sent, as fast as this
 * connection and the uplink of its node allow; to get there; to come in through
 * the downlink of the other node. It carries callbacks; what they stand for is
 * up to the streams.
 *
 * Limits: where a rate is set, streams are asked for more only while less than
 * `socketSize` waits to be sent. Without one all is sent at once: those who
 * send keep within their windows.
 */
import type { Cancel, Clock } from '../../core/clock.ts'
import type { Downlink, Sending, Uplink } from './access.ts'

export interface PipeInit {
  /** From one end to the other, in milliseconds. */
  latency: number
  /** Added to the latency of each segment; what was sent first still comes first. */
  jitter?: (() => number) | undefined
  /** Bytes per second; undefined has no limit. */
  rate?: number | undefined
  uplink?: Uplink | undefined
  downlink?: Downlink | undefined
  /** Something is about to come out. */
  onArrival?: (() => void) | undefined
  /** Counts what is on its way in all pipes that share it. */
  traffic?: InFlightCount | undefined
}

export interface InFlightCount {
  inFlight: number
}

/** Has something to send, and waits for room. */
export interface Waiting {
  /** Sends one segment. True when there is more. */
  sendSegment (): boolean
}

interface Segment {
  size: number
  arrive: () => void
}

interface InFlight extends Segment {
  at: number
  /** When it is through the downlink, once it has come there. */
  through?: number
}

/** Bytes that may wait to be sent before streams are asked for more: about what an operating system keeps. */
const SOCKET_SIZE = 65_536

/** A segment takes no longer than this to be sent, so that others get their turns: in milliseconds. */
const SEGMENT_TIME = 4

/** The payload of one packet of TCP on Ethernet: segments are not cut smaller than this. */
const MIN_SEGMENT = 1460

export class Pipe implements Sending {
  readonly #clock: Clock
  readonly #init: PipeInit
  /** To be sent. Empty where there is no limit. */
  readonly #queue: Segment[] = []
  #queued = 0
  readonly #waiting: Set<Waiting> = new Set()
  #readyAt = 0
  #cancelSending: Cancel | undefined
  readonly #inFlight: InFlight[] = []
  #lastArrival = 0
  #cancelArrival: Cancel | undefined
  #holds = 0
  #cut = false

  constructor (clock: Clock, init: PipeInit) {
    this.#clock = clock
    this.#init = init
  }

  get latency (): number {
    return this.#init.latency
  }

  /** Bytes and signals on their way. */
  get inFlight (): number {
    return this.#queue.length + this.#inFlight.length
  }

  get readyAt (): number {
    return this.#readyAt
  }

  get hasRoom (): boolean {
    return this.#queued < SOCKET_SIZE
  }

  /** The most bytes that should go in one segment. */
  get segmentSize (): number {
    const { rate = Infinity, uplink, downlink } = this.#init
    const slowest = Math.min(rate, uplink?.rate ?? Infinity, downlink?.rate ?? Infinity)

    return Math.max(MIN_SEGMENT, Math.floor(slowest * SEGMENT_TIME / 1000))
  }

  get #isLimited (): boolean {
    return this.#init.rate != null || this.#init.uplink != null
  }

  /** Puts something in; of no size when it is only a signal. */
  send (size: number, arrive: () => void): void {
    if (this.#cut) {
      return
    }

    this.#count(1)

    if (!this.#isLimited) {
      this.#depart({ size, arrive }, this.#clock.now())

      return
    }

    this.#queue.push({ size, arrive })
    this.#queued += size
    this.#schedule()
  }

  /** Is asked for a segment when there is room, in turns with others who wait. Twice is once. */
  wait (waiting: Waiting): void {
    this.#waiting.add(waiting)
  }

  /** Waits no more. */
  leave (waiting: Waiting): void {
    this.#waiting.delete(waiting)
  }

  /** For the uplink: sends the first segment that waits. */
  sendNext (): number | undefined {
    const segment = this.#queue.shift()

    if (segment == null) {
      return undefined
    }

    const { rate = Infinity, uplink } = this.#init
    const now = this.#clock.now()

    this.#queued -= segment.size
    this.#readyAt = Math.max(this.#readyAt, now) + segment.size * 1000 / rate
    this.#depart(segment, now + segment.size * 1000 / Math.min(rate, uplink?.rate ?? Infinity))
    this.#refill()

    return segment.size
  }

  /** Nothing arrives until the returned function is called; then all that is late, at once. */
  hold (): () => void {
    let held = true
    this.#holds++
    this.#cancelArrival?.()
    this.#cancelArrival = undefined

    return () => {
      if (held) {
        held = false
        this.#holds--
        this.#watch()
      }
    }
  }

  /** Loses what is under way and all that follows. */
  cut (): void {
    this.#cut = true
    this.#count(-this.inFlight)
    this.#queue.length = 0
    this.#inFlight.length = 0
    this.#waiting.clear()
    this.#init.uplink?.remove(this)
    this.#cancelSending?.()
    this.#cancelArrival?.()
  }

  /** Sees to it that what is queued is sent in its turn. */
  #schedule (): void {
    const { uplink } = this.#init

    if (uplink != null) {
      uplink.add(this)
    } else if (this.#cancelSending == null && this.#queue.length > 0) {
      this.#cancelSending = this.#clock.timer(this.#readyAt - this.#clock.now(), () => {
        this.#cancelSending = undefined
        this.sendNext()
        this.#schedule()
      })
    }
  }

  #refill (): void {
    for (const waiting of this.#waiting) {
      if (!this.hasRoom) {
        return
      }

      this.#waiting.delete(waiting)

      if (waiting.sendSegment()) {
        this.#waiting.add(waiting) // behind the others
      }
    }
  }

  /** It is on the way, once all of it has been sent. */
  #depart (segment: Segment, sentAt: number): void {
    const { latency, jitter } = this.#init
    const at = Math.max(this.#lastArrival, sentAt + latency + (jitter?.() ?? 0))

    this.#lastArrival = at
    this.#inFlight.push({ ...segment, at })
    this.#watch()
  }

  #watch (): void {
    const first = this.#inFlight[0]

    if (first != null && this.#holds === 0 && this.#cancelArrival == null && !this.#cut) {
      this.#cancelArrival = this.#clock.timer(first.at - this.#clock.now(), () => { this.#arrived() })
    }
  }

  /** The first has come to the other end's downlink. */
  #arrived (): void {
    const { downlink } = this.#init
    const now = this.#clock.now()
    const first = this.#inFlight[0] as InFlight
    // one that was held there has been admitted before
    const through = first.through ?? (downlink == null || first.size === 0 ? now : downlink.admit(first.size, now))

    first.through = through

    if (through > now) {
      // from now on it does not count as held up by those behind it
      this.#cancelArrival = this.#clock.timer(through - now, () => { this.#comeOut() })
    } else {
      this.#comeOut()
    }
  }

  #comeOut (): void {
    this.#cancelArrival = undefined
    const first = this.#inFlight.shift()
    this.#count(-1)
    this.#watch()
    this.#init.onArrival?.()
    first?.arrive()
  }

  #count (change: number): void {
    if (this.#init.traffic != null) {
      this.#init.traffic.inFlight += change
    }
  }
}
