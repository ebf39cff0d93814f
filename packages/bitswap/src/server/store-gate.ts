/**
 * Bounds what a store is asked at once, and how long it may take. Who finds no
 * room waits in a line of its own; lines take turns, and in each it is first come
 * first served. What the store answers at once is passed on at once: no promise
 * is made for it.
 *
 * Limits: `maxConcurrent` operations have places; those in line are bounded by
 * who asks. One that takes longer than {@link OVERDUE} gives its place to the next
 * and goes on without: a disk that is gone, say, holds up no block but those on
 * it. Of such there are no more than `maxConcurrent` either; the next keep their
 * places until they end. An operation that timed out is aborted, although a store
 * that does not mind the signal may still be at it.
 */
import type { Cancel, Clock } from '../core/clock.ts'
import { isLate } from '../core/fair-timer.ts'
import { StoreTimeoutError } from './errors.ts'
import type { ServerStats } from './stats.ts'

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

/** An operation that has taken so long waits for something rather than works, in milliseconds: it is not worth a place. */
export const OVERDUE = 1000

interface Running {
  deadline: number
  /** When it is to give up its place. */
  overdueAt: number
  /** It was granted its time once more. */
  isExcused: boolean
  fail (error: unknown): void
  /** Called once, if it gives up its place. */
  readonly gaveWay: (() => void) | undefined
}

export class StoreGate {
  readonly #clock: Clock
  readonly #stats: Pick<ServerStats, 'storeLatency' | 'storeOverdue'>
  readonly #options: StoreGateOptions
  readonly #abort: AbortController = new AbortController()
  /** What waits, by line; whose turn it is next is first. None is empty. */
  readonly #lines: Map<string, Array<() => void>> = new Map()
  readonly #running: Set<Running> = new Set() // all have the same time, so the first to begin is the first to be late
  /** Those without a place, the first to begin first. */
  readonly #overdue: Set<Running> = new Set()
  #hasBeenOverdue = false
  /** So did all operations so far; undefined before the first. */
  #answersAtOnce: boolean | undefined
  #timer: { at: number, cancel: Cancel } | undefined

  /** @param stats - to be told how long each operation took that was not done at once, and of those that gave their places up */
  constructor (clock: Clock, stats: Pick<ServerStats, 'storeLatency' | 'storeOverdue'>, options: StoreGateOptions) {
    this.#clock = clock
    this.#stats = stats
    this.#options = options
  }

  /** Operations that have places. */
  get running (): number {
    return this.#running.size
  }

  /** Operations that gave theirs up, and have not ended. */
  get overdue (): number {
    return this.#overdue.size
  }

  /** Some gave theirs up, ever. */
  get hasBeenOverdue (): boolean {
    return this.#hasBeenOverdue
  }

  /**
   * @param name - of the line it waits in when there is no room
   * @param gaveWay - called once it has taken so long that others go before it, if it does
   */
  run<T> (operation: Operation<T>, name: string, gaveWay?: () => void): T | Failed | Promise<T | Failed> {
    if (this.#running.size < this.#options.maxConcurrent) {
      return this.#begin(operation, gaveWay)
    }

    return new Promise(resolve => {
      const line = this.#lines.get(name) ?? []

      line.push(() => { resolve(this.#begin(operation, gaveWay)) })
      this.#lines.set(name, line)
    })
  }

  /** Aborts what runs and what waits; all of it ends as failed. */
  stop (reason: Error): void {
    this.#abort.abort(reason)
    this.#timer?.cancel()

    for (const running of [...this.#overdue, ...this.#running]) {
      running.fail(reason)
    }

    const waiting = [...this.#lines.values()].flat()

    this.#lines.clear()
    waiting.forEach(begin => { begin() })
  }

  #begin<T> (operation: Operation<T>, gaveWay: (() => void) | undefined): T | Failed | Promise<T | Failed> {
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
        const hadPlace = this.#running.delete(running)

        if (hadPlace || this.#overdue.delete(running)) {
          this.#stats.storeLatency.add(this.#clock.now() - began)
          resolve(outcome)
          this.#left(hadPlace)
        }
      }
      const running: Running = {
        deadline: began + this.#options.timeout,
        overdueAt: began + OVERDUE,
        gaveWay,
        isExcused: false,
        fail: error => {
          own?.abort(error)
          finish({ status: 'failed', error })
        }
      }

      this.#running.add(running)

      // with all in their places a timer is set for one of them, which began before
      if (this.#timer == null || this.#overdue.size > 0) {
        this.#watch()
      }

      result.then(finish, (error: unknown) => { running.fail(error) })
    })
  }

  /** An operation ended: the next may begin. */
  #left (hadPlace: boolean): void {
    this.#giveWay()
    this.#beginNext()

    if (this.#running.size === 0 && this.#overdue.size === 0) {
      this.#timer?.cancel()
      this.#timer = undefined
    } else if (!hadPlace) {
      // another may give its place up now
      this.#watch()
    }
  }

  #beginNext (): void {
    while (this.#running.size < this.#options.maxConcurrent && this.#lines.size > 0) {
      this.#takeNext()?.()
    }
  }

  /** Those that have had their time give up their places, as long as there are not too many without. */
  #giveWay (): void {
    const now = this.#clock.now()
    const gone: Running[] = []

    for (const running of this.#running) {
      if (running.overdueAt > now || this.#overdue.size >= this.#options.maxConcurrent) {
        break
      }

      this.#running.delete(running)
      this.#overdue.add(running)
      this.#stats.storeOverdue++
      this.#hasBeenOverdue = true
      gone.push(running)
    }

    // whoever is told may ask for something else at once
    gone.forEach(({ gaveWay }) => { gaveWay?.() })
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
    const due = this.#nextDue()

    if (due >= (this.#timer?.at ?? Infinity) || this.#abort.signal.aborted) {
      return
    }

    this.#timer?.cancel()
    const cancel = this.#clock.timer(due - this.#clock.now(), () => {
      this.#timer = undefined

      if (isLate(this.#clock, due)) {
        this.#excuse()
      }

      this.#expire(this.#overdue)
      this.#expire(this.#running)
      this.#giveWay()
      this.#beginNext()
      this.#watch()
    })

    this.#timer = { at: due, cancel }
  }

  /** When the first is late, or is to give up its place and can. */
  #nextDue (): number {
    const [[late], [first]] = [this.#overdue, this.#running]
    const overdueAt = this.#overdue.size < this.#options.maxConcurrent ? first?.overdueAt : undefined

    return Math.min(late?.deadline ?? Infinity, first?.deadline ?? Infinity, overdueAt ?? Infinity)
  }

  /** Nothing could run, nor an answer be seen: all have as long once more, and that once. */
  #excuse (): void {
    const now = this.#clock.now()

    for (const running of [...this.#overdue, ...this.#running]) {
      if (!running.isExcused) {
        running.isExcused = true
        running.deadline = now + this.#options.timeout
        running.overdueAt = now + OVERDUE
      }
    }
  }

  #expire (operations: ReadonlySet<Running>): void {
    const now = this.#clock.now()

    for (const running of operations) {
      if (running.deadline > now) {
        return
      }

      running.fail(new StoreTimeoutError(this.#options.timeout))
    }
  }
}
