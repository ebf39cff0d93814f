/**
 * How much one peer is asked for at once: what is in flight follows its bandwidth
 * times its round trip (as BBR does it). Pure.
 *
 * A want names no size, so bytes are turned into wants by the mean size of what
 * the peer sent. Before its bandwidth is known the window is a number of wants,
 * which grows with each block that comes: it doubles with every windowful.
 *
 * Limits: from 1 want to what a peer's wantlist holds.
 */
import type { PeerSpeed } from './peer-speed.ts'

/** While a peer still gets faster, twice what would keep it busy is in flight. */
const GAIN_WHILE_RISING = 2

/** Afterwards a quarter more, so that it is noticed when there is more to be had. (BBR: 1.25.) */
const GAIN = 1.25

/** Besides, what the peer sends in this time, in milliseconds: it has something to send while we are busy. */
const RESERVE = 100

/** It always has another one to go on with. */
const MIN_WANTS = 2

export interface WindowLimits {
  /** Wants, before anything is known. */
  initial: number
  max: number
}

export class PeerWindow {
  /** Can the peer say that it lacks a block? What it lacks keeps it busy for longer otherwise, and it is not slower for that. */
  saysNo = true
  readonly #speed: PeerSpeed
  readonly #initial: number
  readonly #max: number
  /** In wants, as long as the bandwidth is not known. */
  #unmeasured: number
  #arrived = 0

  constructor (speed: PeerSpeed, { initial, max }: WindowLimits) {
    this.#speed = speed
    this.#initial = Math.min(initial, max)
    this.#unmeasured = this.#initial
    this.#max = max
  }

  /** Wants it may be asked for at once. */
  get wants (): number {
    const { rate, roundTrip = 0, isRising, meanSize } = this.#speed
    const time = roundTrip * (isRising ? GAIN_WHILE_RISING : GAIN) + RESERVE

    return Math.min(this.#max, Math.max(Math.ceil(rate * time / meanSize), this.#least))
  }

  get #least (): number {
    const least = this.#speed.isMeasured ? MIN_WANTS : this.#unmeasured

    return this.saysNo ? least : Math.max(least, this.#initial)
  }

  /** Bytes it may be asked for at once, by estimate. */
  get bytes (): number {
    return this.wants * this.#speed.meanSize
  }

  /** Is that much more than it was asked for? */
  isHeld (inFlight: number): boolean {
    return inFlight * 2 < this.wants
  }

  /** A block came of a peer that was not held. */
  delivered (): void {
    if (++this.#arrived >= this.#unmeasured) {
      this.#unmeasured = Math.min(this.#unmeasured * 2, this.#max)
      this.#arrived = 0
    }
  }

  /** The peer was asked for more than it can send in time: half as much from now on. */
  shrink (): void {
    this.#unmeasured = Math.max(1, this.#unmeasured >> 1)
    this.#arrived = 0
    this.#speed.halve()
  }
}
