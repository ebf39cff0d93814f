/**
 * Time that stands still until it is driven. Whatever is handed this clock
 * waits in virtual time only: an hour costs what its events cost, and the same
 * program runs in the same order every time.
 *
 * Not for code that waits on the outside (sockets, files, worker threads): the
 * clock sees promises and its own timers, and would let time pass such code by.
 *
 * Time goes in steps of 1/1024 ms, to which delays are rounded up: so sums of
 * times are exact, and what is due at a time is due when it has come.
 *
 * Limits: one `run` at a time. A run ends with {@link ClockStalledError} when
 * it cannot come to its end, or takes longer than `limit`, or when an instant
 * has more than `maxStepsPerInstant` steps (time would never move on).
 */
import { systemClock } from '../core/clock.ts'
import type { Cancel, Clock } from '../core/clock.ts'
import { Deadlines } from '../core/deadlines.ts'

export interface VirtualClockInit {
  /**
   * Callbacks run in one instant before the run is given up as a loop.
   *
   * @default 1000000
   */
  maxStepsPerInstant?: number
}

export interface RunOptions {
  /**
   * Virtual milliseconds a run may take to meet its condition. Catches waiting
   * for what never happens while some timer is always set again.
   *
   * @default 3600000
   */
  limit?: number
}

/** A run could not come to its end; the message says what it waited for and what is still scheduled. */
export class ClockStalledError extends Error {
  override readonly name = 'ClockStalledError'
  /** Virtual time at which it was given up. */
  readonly time: number
  /** Timers and `soon` callbacks that were still scheduled. */
  readonly pending: number

  constructor (message: string, time: number, pending: number) {
    super(message)
    this.time = time
    this.pending = pending
  }
}

interface Scheduled {
  callback: () => void
}

/** In a millisecond. A power of two, so that multiples of its inverse are exact. */
const TICKS = 1024

const DEFAULT_MAX_STEPS = 1_000_000
const DEFAULT_LIMIT = 3_600_000

export class VirtualClock implements Clock {
  readonly #timers: Deadlines<Scheduled> = new Deadlines()
  readonly #maxStepsPerInstant: number
  readonly #soon: Set<Scheduled> = new Set()
  #now = 0
  #steps = 0
  #running = false
  readonly #watchers: Set<() => void> = new Set()

  constructor (init: VirtualClockInit = {}) {
    this.#maxStepsPerInstant = init.maxStepsPerInstant ?? DEFAULT_MAX_STEPS
  }

  now (): number {
    return this.#now
  }

  /** Timers and `soon` callbacks that have neither run nor been cancelled. */
  get pending (): number {
    return this.#timers.size + this.#soon.size
  }

  /** Nothing is left to do before time moves on. */
  get isInstantOver (): boolean {
    const next = this.#timers.next()

    return this.#soon.size === 0 && (next == null || next > this.#now)
  }

  /**
   * Has this called after every step of a run, when all promise callbacks are
   * done; what it throws ends the run.
   */
  watch (watcher: () => void): void {
    this.#watchers.add(watcher)
  }

  timer (delay: number, callback: () => void): Cancel {
    const scheduled = { callback }
    this.#timers.set(scheduled, this.#now + Math.ceil(Math.max(0, delay) * TICKS) / TICKS)

    return () => { this.#timers.delete(scheduled) }
  }

  soon (callback: () => void): Cancel {
    const scheduled = { callback }
    this.#soon.add(scheduled)

    return () => { this.#soon.delete(scheduled) }
  }

  /** Lets `delay` milliseconds pass, and all that is due within them happen. */
  async advance (delay: number): Promise<void> {
    await this.run(this.#now + delay)
  }

  /**
   * Drives time on. In each instant first the promise callbacks run, then the
   * timers due (earliest first, then in the order they were set), and when
   * those are done the `soon` callbacks, one by one, promise callbacks in
   * between; then time moves to the next timer.
   *
   * @param until - a promise: until it has settled; its outcome is the run's.
   * A function: until it returns true, asked after every step. A number: until
   * that time. Nothing: until nothing is scheduled any more.
   * @throws ClockStalledError see the head of this file
   */
  run<T> (until: Promise<T>, options?: RunOptions): Promise<T>
  run (until?: number | (() => boolean), options?: RunOptions): Promise<void>
  async run (until?: number | (() => boolean) | Promise<unknown>, options: RunOptions = {}): Promise<unknown> {
    if (this.#running) {
      throw new Error('the clock is running already: within a run, wait on the clock (`sleep`), do not drive it')
    }

    this.#running = true

    try {
      if (typeof until === 'number') {
        await this.#drive(() => false, until)
        this.#now = Math.max(this.#now, until)

        return undefined
      }

      const condition = toCondition(until)
      const limit = this.#now + (options.limit ?? DEFAULT_LIMIT)
      const met = await this.#drive(condition, limit)

      if (!met && (until != null || this.pending > 0)) {
        throw this.#stalled(until, this.pending > 0 ? `by ${limit} ms` : 'and nothing is scheduled: it may wait for something outside virtual time')
      }

      return typeof until === 'function' ? undefined : await until
    } finally {
      this.#running = false
    }
  }

  /** Steps until the condition holds (true), or nothing is left to do up to `end` (false). */
  async #drive (condition: () => boolean, end: number): Promise<boolean> {
    this.#steps = 0

    for (;;) {
      await settled()
      this.#watchers.forEach(watcher => { watcher() })

      if (condition()) {
        return true
      }

      if (!this.#step(end)) {
        return false
      }
    }
  }

  /** Runs one callback. False when none is due up to `end`. */
  #step (end: number): boolean {
    const next = this.#timers.next()
    const due = next != null && next <= this.#now

    if (!due && this.#soon.size === 0) {
      if (next == null || next > end) {
        return false
      }

      this.#now = next
      this.#steps = 0
    }

    if (++this.#steps > this.#maxStepsPerInstant) {
      throw this.#stalled(undefined, `after ${this.#maxStepsPerInstant} steps in one instant`)
    }

    const scheduled = this.#timers.takeDue(this.#now) ?? this.#takeSoon()
    scheduled?.callback()

    return true
  }

  #takeSoon (): Scheduled | undefined {
    for (const scheduled of this.#soon) {
      this.#soon.delete(scheduled)

      return scheduled
    }

    return undefined
  }

  #stalled (until: unknown, why: string): ClockStalledError {
    const what = until == null ? 'the clock did not come to rest' : `${describe(until)} was not met`
    const soon = [...this.#soon].slice(0, 3).map(({ callback }) => `soon ${describe(callback)}`)
    const next = this.#timers.next()
    const timers = next == null ? [] : [`${this.#timers.size} timers, the next at ${next} ms`]
    const pending = [...soon, ...timers].join('; ')

    return new ClockStalledError(`${what} ${why}; pending: ${pending === '' ? 'nothing' : pending}`, this.#now, this.pending)
  }
}

/** All promise callbacks that were ready have run, and those that they made ready. */
async function settled (): Promise<void> {
  await new Promise<void>(resolve => { systemClock.soon(resolve) })
}

function toCondition (until: (() => boolean) | Promise<unknown> | undefined): () => boolean {
  if (typeof until === 'function') {
    return until
  }

  let done = false
  const finish = (): void => { done = true }
  until?.then(finish, finish)

  return () => done
}

/** The head of a function's source: the best name a closure has. */
function describe (what: unknown): string {
  return typeof what === 'function' ? `\`${String(what).replace(/\s+/g, ' ').slice(0, 80)}\`` : 'the promise'
}
