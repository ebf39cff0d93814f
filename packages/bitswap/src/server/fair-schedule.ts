/**
 * Whose turn it is among peers that are to be sent something and have to wait
 * for it: fair in bytes. Pure.
 *
 * Each peer has a place on a scale of bytes: where the last thing it was given
 * ends. Whoever is furthest back is next; of those at one place the one that
 * waits longest. The scale moves on with those that are served, and a peer that
 * comes begins where the scale is: it has no claim to what it did not ask for, and
 * is served before anybody is served twice. One that comes back may catch up with
 * two messages: it may have been about to ask while others were faster. (Start-time fair
 * queueing: Goyal, Vin, Cheng, "Start-time fair queueing", 1997. As deficit round
 * robin, but without a quantum: two peers that want all the time differ by no
 * more than the largest thing given to each.)
 *
 * Limits: an entry for each peer that is connected and was given something.
 */
import { Deadlines } from '../core/deadlines.ts'

/**
 * Replaces how turns are given (`server.schedule`). Peers are named by their id.
 * Called for what is scarce only: whoever can be sent something while there is
 * room is sent it, and {@link given} is told. Must neither throw nor wait.
 */
export interface Schedule {
  /** There is something for it, and it could take it: it waits for its turn from now on. Not called again before it was next, or left. */
  enter (peer: string): void

  /** It waits no more: what it was to be sent is gone. */
  leave (peer: string): void

  /** Nobody waits. */
  readonly isEmpty: boolean

  /** Whose turn it is; it waits no more. Undefined if nobody waits. */
  next (): string | undefined

  /** It was given so many bytes, in its turn or while nothing was scarce. */
  given (peer: string, bytes: number): void

  /** It disconnected: nothing is kept of it. */
  forget (peer: string): void
}

/** So many of the largest messages a peer that was away for a moment may catch up with. */
const CATCH_UP = 2

export class FairSchedule implements Schedule {
  /** Where what a peer was given ends. */
  readonly #ends: Map<string, number> = new Map()
  /** Those who wait, by the place they begin at; of those at one place the first to come is first. */
  readonly #waiting: Deadlines<string> = new Deadlines()
  /** Where the last one that was served began. */
  #scale = 0
  /** The most that was given at once. */
  #largest = 0

  get isEmpty (): boolean {
    return this.#waiting.size === 0
  }

  enter (peer: string): void {
    this.#waiting.set(peer, this.#startOf(peer))
  }

  leave (peer: string): void {
    this.#waiting.delete(peer)
  }

  next (): string | undefined {
    return this.#waiting.takeDue(Infinity)
  }

  given (peer: string, bytes: number): void {
    const start = this.#startOf(peer)

    this.#scale = Math.max(this.#scale, start)
    this.#ends.set(peer, start + bytes)
    this.#largest = Math.max(this.#largest, bytes)
  }

  forget (peer: string): void {
    this.leave(peer)
    this.#ends.delete(peer)
  }

  #startOf (peer: string): number {
    const end = this.#ends.get(peer)

    return end == null ? this.#scale : Math.max(this.#scale - CATCH_UP * this.#largest, end)
  }
}
