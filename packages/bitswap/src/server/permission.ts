/**
 * Asks the request filter, which is not ours: it may be slow, throw and reject.
 * Who cannot be asked about is denied.
 */
import type { Logger } from '@libp2p/interface'
import { nativePromise } from '../core/native-promise.ts'
import { allowAll } from './options.ts'
import type { ServerOptions } from './options.ts'
import { cidOfRequest } from './request.ts'
import type { Request } from './request.ts'
import type { ServerStats } from './stats.ts'

export class Permission {
  readonly #options: Pick<ServerOptions, 'filter'>
  readonly #log: Logger
  readonly #stats: ServerStats

  constructor (options: Pick<ServerOptions, 'filter'>, log: Logger, stats: ServerStats) {
    this.#options = options
    this.#log = log
    this.#stats = stats
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

      return isAllowed instanceof Promise
        ? isAllowed.then(isAllowed => this.#answered(isAllowed), (error: unknown) => this.#failed(request, error))
        : this.#answered(isAllowed)
    } catch (error) {
      return this.#failed(request, error)
    }
  }

  #answered (isAllowed: boolean): boolean {
    if (!isAllowed) {
      this.#stats.denied++
    }

    return isAllowed
  }

  #failed (request: Request, error: unknown): false {
    this.#stats.denied++
    this.#stats.filterErrors++
    this.#log.error('the request filter failed for %c and %p, which counts as denied - %e', cidOfRequest(request), request.account.peer, error)

    return false
  }
}
