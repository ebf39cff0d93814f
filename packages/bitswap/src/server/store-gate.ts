/**
 * Bounds what a store is asked at once, and how long it may take. Who finds no
 * room waits in a line of its own; lines take turns, and in each it is first come
 * first served. What the store answers at once is passed on at once: no promise
 * is made for it.
 *
 * Limits: `maxConcurrent` operations run; those in line are bounded by who asks.
 * An operation that timed out is aborted and gives its place to the next,
 * although a store that does not mind the signal may still be at it.
 */
import type { Cancel, Clock } from '../core/clock.ts'
import type { Durations } from '../core/durations.ts'
import { isLate } from '../core/fair-timer.ts'
import { StoreTimeoutError } from './errors.ts'

/** The store failed. */
export interface Failed {
  status: 'failed'
  error: unknown
}

/** Asks the store. Neither throws nor rejects. */
export type Operation<T> = (signal: AbortSignal) => T | Failed | Promise<T | Failed>

export interface StoreGateOptions {
  maxConcurrent: number
  /** Milliseconds. */
  timeout: number
}

interface Running {
  deadline: number
  /** It was granted its time once more. */
  isExcused: boolean
  fail (error: unknown): void
}

export class StoreGate {
  readonly #clock: Clock
  readonly #latency: Durations
  readonly #options: StoreGateOptions
  readonly #abort: AbortController = new AbortController()
  /** What waits, by line; whose turn it is next is first. None is empty. */
  readonly #lines: Map<string, Array<() => void>> = new Map()
  readonly #running: Set<Running> = new Set() // all have the same time, so the first to begin is the first to be late
  /** So did all operations so far; undefined before the first. */
  #answersAtOnce: boolean | undefined
  #cancelTimer: Cancel | undefined

  /** @param latency - to be told how long each operation took that was not done at once */
  constructor (clock: Clock, latency: Durations, options: StoreGateOptions) {
    this.#clock = clock
    this.#latency = latency
    this.#options = options
  }

  /** Operations that run. */
  get running (): number {
    return this.#running.size
  }

  /** @param name - of the line it waits in when there is no room */
  run<T> (operation: Operation<T>, name: string): T | Failed | Promise<T | Failed> {
    if (this.#running.size < this.#options.maxConcurrent) {
      return this.#begin(operation)
    }

    return new Promise(resolve => {
      const line = this.#lines.get(name) ?? []

      line.push(() => { resolve(this.#begin(operation)) })
      this.#lines.set(name, line)
    })
  }

  /** Aborts what runs and what waits; all of it ends as failed. */
  stop (reason: Error): void {
    this.#abort.abort(reason)
    this.#cancelTimer?.()

    for (const running of this.#running) {
      running.fail(reason)
    }

    const waiting = [...this.#lines.values()].flat()

    this.#lines.clear()
    waiting.forEach(begin => { begin() })
  }

  #begin<T> (operation: Operation<T>): T | Failed | Promise<T | Failed> {
    const { signal } = this.#abort

    if (signal.aborted) {
      return { status: 'failed', error: signal.reason }
    }

    const began = this.#clock.now()
    // a store that answers at once has nothing to be aborted
    const own = this.#answersAtOnce === true ? undefined : new AbortController()
    const result = operation(own?.signal ?? signal)

    this.#answersAtOnce = this.#answersAtOnce !== false && !(result instanceof Promise)

    if (!(result instanceof Promise)) {
      return result
    }

    return new Promise(resolve => {
      const finish = (outcome: T | Failed): void => {
        if (this.#running.delete(running)) {
          this.#latency.add(this.#clock.now() - began)
          resolve(outcome)
          this.#left()
        }
      }
      const running: Running = {
        deadline: began + this.#options.timeout,
        isExcused: false,
        fail: error => {
          own?.abort(error)
          finish({ status: 'failed', error })
        }
      }

      this.#running.add(running)
      this.#watch()
      result.then(finish, (error: unknown) => { running.fail(error) })
    })
  }

  /** An operation ended: the next may begin. */
  #left (): void {
    while (this.#running.size < this.#options.maxConcurrent && this.#lines.size > 0) {
      this.#takeNext()?.()
    }

    if (this.#running.size === 0) {
      this.#cancelTimer?.()
      this.#cancelTimer = undefined
    }
  }

  /** The first of the line whose turn it is, which goes to the end if there are more. */
  #takeNext (): (() => void) | undefined {
    for (const [name, line] of this.#lines) {
      const begin = line.shift()

      this.#lines.delete(name)

      if (line.length > 0) {
        this.#lines.set(name, line)
      }

      return begin
    }

    return undefined
  }

  /** One timer for all: set for the first, and again when it has passed. */
  #watch (): void {
    const [first] = this.#running

    if (this.#cancelTimer != null || first == null || this.#abort.signal.aborted) {
      return
    }

    const { deadline } = first

    this.#cancelTimer = this.#clock.timer(deadline - this.#clock.now(), () => {
      this.#cancelTimer = undefined

      if (isLate(this.#clock, deadline)) {
        this.#excuse()
      }

      this.#expire()
      this.#watch()
    })
  }

  /** Nothing could run, nor an answer be seen: all have as long once more, and that once. */
  #excuse (): void {
    for (const running of this.#running) {
      if (!running.isExcused) {
        running.isExcused = true
        running.deadline = this.#clock.now() + this.#options.timeout
      }
    }
  }

  #expire (): void {
    const now = this.#clock.now()

    for (const running of this.#running) {
      if (running.deadline > now) {
        return
      }

      running.fail(new StoreTimeoutError(this.#options.timeout))
    }
  }
}
