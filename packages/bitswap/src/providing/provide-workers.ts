/**
 * Announces what is queued, so many at a time and so many in a second. Each keeps
 * its place until the store has forgotten it: after a crash no more are repeated
 * than are announced at a time.
 *
 * One that takes too long has failed, and its place is free: routing that heeds
 * no signal may still be busy with it.
 */
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Cancel, Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { inTime } from '../core/timeout-signal.ts'
import { TokenBucket } from '../core/token-bucket.ts'
import type { ProvidingOptions } from './options.ts'
import { Outage } from './outage.ts'
import type { CIDOfKey, ProvideEntry } from './provide-entry.ts'
import type { ProvideQueue } from './provide-queue.ts'
import type { ProvideRate } from './provide-rate.ts'
import type { ProvideKind } from './provide-store.ts'
import type { ProvideSaver } from './provide-saver.ts'

export interface ProvideWorkersComponents {
  routing: { provide (cid: CID, options: AbortOptions): Promise<void> }
  clock: Clock
  log: Logger
  cidOfKey: CIDOfKey
  queue: ProvideQueue
  rate: ProvideRate
  saver: ProvideSaver | undefined
  /** It was announced or given up: there is room in the queue. */
  finished: (key: string) => void
  /** Routing took it. */
  provided: (cid: CID, kind: ProvideKind) => void
}

export type ProvideWorkersOptions = Pick<ProvidingOptions, 'workers' | 'maxPerSecond' | 'timeout' | 'retryDelay' | 'maxRetryDelay'>

/** How much of what is allowed in a second may be begun at once. */
const BURST = 0.1

export class ProvideWorkers {
  readonly #components: ProvideWorkersComponents
  readonly #options: ProvideWorkersOptions
  readonly #outage: Outage
  readonly #bucket: TokenBucket | undefined
  /** While it runs: aborts with the stop. */
  #stopping: AbortController | undefined
  /** With those that wait for the store. */
  #busy = 0
  #cancelWake: Cancel | undefined
  #cancelTimer: Cancel | undefined

  constructor (components: ProvideWorkersComponents, options: ProvideWorkersOptions) {
    const { workers, maxPerSecond, retryDelay, maxRetryDelay } = options

    this.#components = components
    this.#options = options
    this.#outage = new Outage(workers, retryDelay, maxRetryDelay)
    this.#bucket = maxPerSecond === Infinity ? undefined : new TokenBucket(maxPerSecond, Math.max(1, maxPerSecond * BURST), components.clock.now())
  }

  /** All wait, since everything fails. */
  get isPaused (): boolean {
    return this.#outage.isOn
  }

  start (): void {
    this.#stopping ??= new AbortController()
    this.wake()
  }

  /** What is being announced is broken off, and is in the queue again. */
  stop (): void {
    this.#stopping?.abort()
    this.#stopping = undefined
    this.#cancelWake?.()
    this.#cancelWake = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  /** There may be something to do. Cheap; it is looked at once in a turn of the event loop. */
  wake (): void {
    if (this.#stopping != null) {
      this.#cancelWake ??= this.#components.clock.soon(() => {
        this.#cancelWake = undefined
        this.#fill()
      })
    }
  }

  #fill (): void {
    const { queue, rate, clock, log } = this.#components
    const now = clock.now()

    if (this.#stopping == null) {
      return
    }

    while (this.#mayBegin(now)) {
      const entry = queue.take(now)

      if (entry == null) {
        break
      }

      this.#busy++
      this.#outage.begun()
      this.#bucket?.take(1, now)
      detach(this.#announce(entry, this.#stopping.signal), log, 'announcing')
    }

    if (queue.size > 0 && !this.#outage.isOn) {
      rate.busy(now)
    } else {
      rate.idle()
    }

    this.#setTimer(now)
  }

  #mayBegin (now: number): boolean {
    return this.#busy < this.#options.workers && this.#outage.mayTry(now, this.#busy) && (this.#bucket?.availableAt(now) ?? now) <= now
  }

  /** For what comes by itself: those that are free now are woken. */
  #setTimer (now: number): void {
    const { queue, clock } = this.#components
    const nextAt = this.#busy < this.#options.workers ? queue.nextAt(now) : undefined

    this.#cancelTimer?.()
    this.#cancelTimer = undefined

    if (nextAt == null || (this.#outage.isOn && this.#busy > 0)) {
      return
    }

    const at = Math.max(nextAt, this.#bucket?.availableAt(now) ?? 0, this.#outage.isOn ? this.#outage.until ?? 0 : 0)

    this.#cancelTimer = clock.timer(at - now, () => {
      this.#cancelTimer = undefined
      this.#fill()
    })
  }

  async #announce (entry: ProvideEntry, stopped: AbortSignal): Promise<void> {
    const { queue, saver } = this.#components
    const error = await this.#provide(entry, stopped)

    if (stopped.aborted && error != null) {
      this.#outage.brokenOff()
      queue.putBack(entry)
    } else if (error == null ? this.#succeeded(entry) : this.#failed(entry, error)) {
      saver?.delete(entry.key)
      await saver?.whenTried()
      queue.finish(entry)
      this.#components.finished(entry.key)
    }

    this.#busy--
    this.#fill()
  }

  /** What it failed with. */
  async #provide (entry: ProvideEntry, stopped: AbortSignal): Promise<Error | undefined> {
    const { routing, clock, cidOfKey } = this.#components

    try {
      await inTime(clock, this.#options.timeout, async signal => { await routing.provide(entry.toCID(cidOfKey), { signal }) }, stopped)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }

    return undefined
  }

  #succeeded (entry: ProvideEntry): true {
    const { queue, rate, clock, log, cidOfKey, provided } = this.#components

    queue.succeed()
    rate.provided(clock.now())

    if (this.#outage.succeeded()) {
      log('something could be announced again')
    }

    provided(entry.toCID(cidOfKey), entry.kind)

    return true
  }

  /** True when it is given up. */
  #failed (entry: ProvideEntry, error: Error): boolean {
    const { queue, clock, log, cidOfKey } = this.#components
    const now = clock.now()
    const wasOn = this.#outage.isOn
    const begins = this.#outage.failed(!queue.hasFailed(entry), now)

    if (log.enabled) {
      log('%c could not be announced - %e', entry.toCID(cidOfKey), error)
    }

    if (begins) {
      log.error('nothing can be announced, %d failed in a row: waiting, and trying one at a time - %e', this.#options.workers, error)
    }

    if (wasOn) {
      queue.putBack(entry)

      return false
    }

    return queue.fail(entry, now, !begins)
  }
}
