/**
 * How fast one peer sends what it is asked for: its round trip, its bandwidth,
 * the size of its blocks. Measured while it owes blocks, by the bytes that come,
 * be the messages they belong to complete or not. Pure.
 */
import { MovingAverage } from '../core/ewma.ts'

/** Bandwidth is measured over no less than this, in milliseconds: what came in one turn of the event loop says nothing. */
const MIN_INTERVAL = 50

/** So many intervals in which a peer was never as fast as before make us forget that it was. */
const REMEMBERED_INTERVALS = 10

/** It still gets faster as long as each interval brings a quarter more than the last. (BBR.) */
const RISING = 1.25

/** A peer that sends nothing, or far less than it did, is slower than it was after so many milliseconds and two round trips; sooner it may be a pause. */
const OVERDUE = 1000

/** Less than this part of what it sent is far less. */
const FAR_LESS = 1 / 2

/** Weight of the newest sample in the means. */
const SAMPLE_WEIGHT = 1 / 8

/** Of blocks before any was seen: the common size of file chunks. */
const USUAL_SIZE = 262_144

interface Interval {
  since: number
  /** How many bytes had come by then. */
  from: number
  /** It is asked for less than it may be: it could have been faster. */
  held: boolean
  /** It was when it was asked for what comes first, and asked for more since: that is a round trip behind. */
  gap: boolean
}

/** What is measured of all peers together: the guess for one of which nothing is known. */
export class UsualSpeed {
  /** Bytes of a block. */
  readonly size: MovingAverage = new MovingAverage(SAMPLE_WEIGHT)
  /** Bytes per millisecond of one peer. */
  readonly rate: MovingAverage = new MovingAverage(SAMPLE_WEIGHT)
}

export class PeerSpeed {
  readonly #usual: UsualSpeed
  readonly #size: MovingAverage = new MovingAverage(SAMPLE_WEIGHT)
  #roundTrip: number | undefined
  #wasIdle = true
  /** When it was last asked for a block while it was held. */
  #heldAt = -Infinity
  /** When it began to owe blocks, if nothing came since; and what had come when that was looked at first. */
  #waiting: { since: number, from: number | undefined } | undefined
  #interval: Interval | undefined
  /** Bytes that have come, and had when the last block was complete. */
  #heard = 0
  #complete = 0
  /** Bytes per millisecond, in the last interval, and the most of these intervals and those before. */
  #lastRate: number | undefined
  #bestRate = 0
  #earlierBestRate = 0
  #intervals = 0
  #isRising = true
  #isMeasured = false

  constructor (usual: UsualSpeed) {
    this.#usual = usual
  }

  /** Mean size of its blocks, in bytes. */
  get meanSize (): number {
    return Math.max(1, this.#size.value ?? this.#usual.size.value ?? USUAL_SIZE)
  }

  /** The most it sent of late, in bytes per millisecond; 0 before it is measured. What is slower was often held up by ourselves. */
  get rate (): number {
    return Math.max(this.#bestRate, this.#earlierBestRate)
  }

  /** What it sent when it was last measured, in bytes per millisecond; 0 before that. */
  get lastRate (): number {
    return this.#lastRate ?? this.rate
  }

  /** What it, who owes blocks, has sent since; what it sent then, if that is not to be told yet. */
  rateAt (now: number): number {
    const { since, from } = this.#interval ?? { since: now, from: 0 }

    return now - since >= MIN_INTERVAL && this.#heard > from ? (this.#heard - from) / (now - since) : this.lastRate
  }

  /** How long it takes to answer when it has little else to do, in milliseconds; undefined before the first answer. */
  get roundTrip (): number | undefined {
    return this.#roundTrip
  }

  /** Is its bandwidth known, and not only that it has so much at least? */
  get isMeasured (): boolean {
    return this.#isMeasured
  }

  /** May it have more to give still? */
  get isRising (): boolean {
    return this.#isRising
  }

  /** It is asked for a block. `isIdle` if it owed none, `held` if it was asked for less than it may be. */
  asked ({ isIdle, held }: { isIdle: boolean, held: boolean }, now: number): void {
    if (held) {
      this.#heldAt = now
    }

    if (isIdle) {
      this.#interval = undefined
      this.#waiting = { since: now, from: undefined }
      this.#wasIdle = true
    }
  }

  /** It answered, whatever, after so many milliseconds. Of those it took under load the shortest counts. */
  answered (time: number): void {
    this.#roundTrip = this.#wasIdle ? time : Math.min(this.#roundTrip ?? Infinity, time)
    this.#wasIdle = false
  }

  /** So many bytes have come in all. `held` if it is asked for less than it may be. */
  heard (bytes: number, held: boolean, now: number): void {
    this.#heard = Math.max(this.#heard, bytes)

    if (this.#waiting != null && bytes <= (this.#waiting.from ??= bytes)) {
      return
    }

    if (this.#waiting != null) {
      this.#waiting = undefined
      this.#interval = { since: now, from: bytes, held, gap: this.#isAnsweringHeld(now) }
    } else if (this.#interval != null) {
      this.#interval.held ||= held
      this.#measure(this.#interval, now)
    }
  }

  /** A block of it is complete; to be told after what was {@link heard}. */
  delivered (size: number): void {
    this.#size.add(size)
    this.#usual.size.add(size)
    this.#complete = this.#heard
  }

  /** It is not as fast as was thought. */
  halve (): void {
    this.#bestRate /= 2
    this.#earlierBestRate = 0
    this.#isRising = false
    this.#interval = undefined
  }

  /** In how many milliseconds the last of so many blocks would be here that it was asked for, if it were asked now; by what is usual where nothing is known. */
  timeFor (blocks: number): number {
    const rate = this.#lastRate ?? (this.rate > 0 ? this.rate : this.#usual.rate.value ?? Infinity)

    return (this.#roundTrip ?? 0) + blocks * this.meanSize / rate
  }

  /**
   * In how many milliseconds the last of so many blocks would be here that it has
   * been asked for, one after the other. Of one that has not been measured 0; but
   * of one that sends nothing for longer than usual, no less than it has taken already.
   */
  timeLeft (blocks: number, now: number): number {
    const bytes = Math.max(0, blocks * this.meanSize - (this.#heard - this.#complete))
    const rate = this.#lastRate ?? 0
    const { since, from } = this.#interval ?? { since: this.#waiting?.since ?? now, from: this.#heard }
    const overdue = now > since + this.#patience ? (this.#heard - from + this.meanSize) / (now - since) : Infinity

    return bytes / Math.min(overdue, rate === 0 ? Infinity : rate)
  }

  /** From when on it counts for slower than it was, if it sends no more. */
  overdueAt (now: number): number {
    return ((this.#interval ?? this.#waiting)?.since ?? now) + this.#patience
  }

  get #patience (): number {
    return Math.max(2 * (this.#roundTrip ?? 0), OVERDUE)
  }

  /** Is what comes now what it was asked for when it was held? */
  #isAnsweringHeld (now: number): boolean {
    return now - (this.#roundTrip ?? 0) < this.#heldAt
  }

  #measure ({ since, from, held, gap }: Interval, now: number): void {
    const elapsed = now - since
    const rate = (this.#heard - from) / elapsed
    const isPause = rate < (this.#lastRate ?? 0) * FAR_LESS && elapsed < this.#patience

    if (elapsed < Math.max(this.#roundTrip ?? 0, MIN_INTERVAL) || isPause) {
      return
    }

    this.#interval = { since: now, from: this.#heard, held: false, gap: this.#isAnsweringHeld(now) }

    // it may be faster, but is no slower
    this.#bestRate = Math.max(this.#bestRate, rate)

    if (!gap) {
      this.#lastRate = rate
    }

    if (held || gap) {
      return
    }

    this.#isRising &&= !this.#isMeasured || rate >= this.rate * RISING
    this.#isMeasured = true
    this.#usual.rate.add(rate)

    if (++this.#intervals === REMEMBERED_INTERVALS) {
      this.#intervals = 0
      this.#earlierBestRate = this.#bestRate
      this.#bestRate = 0
    }
  }
}
