/**
 * Where the sweep is, and what of it is due. Pure.
 *
 * A turn is fifteen sixteenths of the interval, so that a CID whose slice has come
 * has the rest of it to get through the queue, and to be tried again. The interval
 * is cut into 64 slices; the turn has 60 of them.
 *
 * The place: what comes before `phase` in the turn was due, and was queued, by
 * `at`. It moves on as slices are queued. Who is behind by a turn or more has
 * everything due, from its place on.
 */
import type { SavedSweep } from './provide-store.ts'

const SLICES = 64
const SHARE_OF_INTERVAL = 15 / 16

/** What rounding may take away from a place in the turn. */
const ROUNDING = 1e-9

export interface SweepRange {
  /** Where it begins. */
  readonly phase: number
  /** How far it goes, up to 1. */
  readonly length: number
}

export class SweepPlan {
  readonly #interval: number
  readonly #strategy: string
  #phase: number
  #at: number

  /** @param saved - from where it goes on; another strategy, or nothing, and everything is due */
  constructor (interval: number, strategy: string, saved: SavedSweep | undefined, now: number) {
    this.#interval = interval
    this.#strategy = strategy
    this.#phase = isPhase(saved?.phase) ? saved.phase : 0
    this.#at = now - Math.min(saved?.strategy === strategy ? Math.max(0, saved.ago) : Infinity, this.#turn)
  }

  /** What is due, from the oldest; undefined when nothing is. */
  due (now: number): SweepRange | undefined {
    this.#at = Math.max(this.#at, now - this.#turn)

    const passed = (now - this.#at) / this.#turn

    if (passed >= 1 - ROUNDING) {
      return { phase: this.#phase, length: 1 }
    }

    const end = Math.floor((this.#phase + passed) * SLICES + ROUNDING) / SLICES

    return end > this.#phase + ROUNDING ? { phase: this.#phase, length: end - this.#phase } : undefined
  }

  /** When something is due next. */
  nextAt (now: number): number {
    const end = (Math.floor(this.#phase * SLICES + ROUNDING) + 1) / SLICES

    return Math.max(now, this.#at + (end - this.#phase) * this.#turn)
  }

  /** That much of what was due is queued, or will be at once. */
  advance (length: number): void {
    this.#at += length * this.#turn
    this.#phase = (this.#phase + length) % 1
  }

  /** As it is after {@link advance}, to be kept: at the time it is told. */
  placeAfter (length: number): (now: number) => SavedSweep {
    const phase = (this.#phase + length) % 1
    const at = this.#at + length * this.#turn

    return now => ({ phase, ago: Math.max(0, now - at), strategy: this.#strategy })
  }

  get progress (): number {
    return this.#phase
  }

  /**
   * By how many milliseconds a CID is announced later than `interval` after it was
   * last, for all that is known.
   *
   * @param waited - how long the one has waited that the sweep has queued
   */
  behind (waited: number, now: number): number {
    const overdue = Math.max(0, Math.min(now - this.#at, this.#turn) - this.#turn / SLICES)

    return Math.max(0, Math.max(overdue, waited) - (this.#interval - this.#turn))
  }

  get #turn (): number {
    return this.#interval * SHARE_OF_INTERVAL
  }
}

function isPhase (value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1
}
