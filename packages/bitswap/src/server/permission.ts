/**
 * Asks the request filter, which is not ours: it may be slow, throw and reject,
 * and never answer. Who cannot be asked about is denied.
 *
 * Limits: a timer for each answer that is waited for, of which there are as many
 * as whoever asks allows.
 */
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { nativePromise } from '../core/native-promise.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import type { TimeoutSignal } from '../core/timeout-signal.ts'
import { allowAll } from './options.ts'
import type { ServerOptions } from './options.ts'
import { cidOfRequest } from './request.ts'
import type { Request } from './request.ts'
import type { ServerStats } from './stats.ts'

export interface PermissionComponents {
  clock: Clock
  log: Logger
  stats: ServerStats
}

export type PermissionOptions = Pick<ServerOptions, 'filter' | 'filterTimeout'>

export class Permission {
  readonly #components: PermissionComponents
  readonly #options: PermissionOptions
  readonly #waiting: Set<TimeoutSignal> = new Set()

  constructor (components: PermissionComponents, options: PermissionOptions) {
    this.#components = components
    this.#options = options
  }

  /** Nobody is ever denied. */
  get isUnconditional (): boolean {
    return this.#options.filter === allowAll
  }

  /** Neither throws nor rejects. */
  has (request: Request): boolean | Promise<boolean> {
    if (this.isUnconditional) {
      return true
    }

    try {
      const isAllowed = nativePromise(this.#options.filter(request.account.peer, cidOfRequest(request), request.wantType))

      return isAllowed instanceof Promise ? this.#inTime(request, isAllowed) : this.#answered(isAllowed)
    } catch (error) {
      return this.#failed(request, error)
    }
  }

  /** Nobody waits for the answers that are still to come. */
  stop (): void {
    this.#waiting.forEach(timeout => { timeout.clear() })
    this.#waiting.clear()
  }

  async #inTime (request: Request, isAllowed: Promise<boolean>): Promise<boolean> {
    const timeout = timeoutSignal(this.#components.clock, this.#options.filterTimeout)

    this.#waiting.add(timeout)

    try {
      return this.#answered(await raceSignal(isAllowed, timeout.signal))
    } catch (error) {
      return this.#failed(request, error)
    } finally {
      timeout.clear()
      this.#waiting.delete(timeout)
    }
  }

  #answered (isAllowed: boolean): boolean {
    if (!isAllowed) {
      this.#components.stats.denied++
    }

    return isAllowed
  }

  #failed (request: Request, error: unknown): false {
    const { log, stats } = this.#components

    stats.denied++
    stats.filterErrors++
    log.error('the request filter failed for %c and %p, which counts as denied - %e', cidOfRequest(request), request.account.peer, error)

    return false
  }
}
