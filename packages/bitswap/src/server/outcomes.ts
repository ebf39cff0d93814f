/**
 * What follows from what the store said about a request: counts it, names in
 * the log what an operator should know, and moves the request on.
 */
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import type { LookUpResult, ReadResult } from './block-reader.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ServerOptions } from './options.ts'
import { cidOfRequest } from './request.ts'
import type { Request } from './request.ts'
import type { ServerStats } from './stats.ts'

export type Outcome = LookUpResult | ReadResult

export interface OutcomesComponents {
  lifecycle: Lifecycle
  clock: Clock
  log: Logger
  stats: ServerStats
}

export type OutcomesOptions = Pick<ServerOptions, 'storeAttempts' | 'storeRetryDelay' | 'maxBlockSize'>

/** Blocks too large to be sent are named in the log once each: so many names are remembered, the oldest are forgotten. */
const MAX_NAMED = 1024

export class Outcomes {
  readonly #components: OutcomesComponents
  readonly #options: OutcomesOptions
  readonly #named: Set<string> = new Set()

  constructor (components: OutcomesComponents, options: OutcomesOptions) {
    this.#components = components
    this.#options = options
  }

  /** @param ticket - of the request when it was asked about: it is left alone if something else became of it meanwhile */
  apply (request: Request, ticket: number, outcome: Outcome): void {
    const { lifecycle, stats } = this.#components

    if (outcome.status === 'failed') {
      stats.storeErrors++ // also of what was served meanwhile, by asking again
    }

    if (request.ticket !== ticket) {
      return
    }

    switch (outcome.status) {
      case 'found':
        lifecycle.present(request, outcome.size)
        break
      case 'bytes':
        lifecycle.present(request, outcome.bytes.byteLength, outcome.bytes)
        break
      case 'missing':
        lifecycle.absent(request)
        break
      case 'oversize':
        this.oversize(request)
        break
      case 'failed':
        this.#failed(request, outcome.error)
    }
  }

  /** The block is here, and too large to be sent: as good as missing. */
  oversize (request: Request): void {
    const { lifecycle, stats } = this.#components

    stats.oversize++
    lifecycle.absent(request)
    this.#name(request)
  }

  #name (request: Request): void {
    const { account, multihash } = request

    if (this.#named.has(multihash)) {
      return
    }

    this.#components.log.error('block %c has more than %d bytes and is not sent; %p is the first to be told we lack it', cidOfRequest(request), this.#options.maxBlockSize, account.peer)
    this.#named.add(multihash)

    for (const oldest of this.#named) {
      if (this.#named.size <= MAX_NAMED) {
        return
      }

      this.#named.delete(oldest)
    }
  }

  #failed (request: Request, error: unknown): void {
    const { lifecycle, clock, log, stats } = this.#components

    request.failures++

    if (request.failures < this.#options.storeAttempts) {
      log('the block store failed for %c, wanted by %p - %e', cidOfRequest(request), request.account.peer, error)
      lifecycle.rest(request, clock.now() + this.#options.storeRetryDelay * (1 << (request.failures - 1)))

      return
    }

    stats.storeFailures++
    log.error('the block store failed %d times in a row for %c, which %p is told we lack - %e', request.failures, cidOfRequest(request), request.account.peer, error)
    lifecycle.absent(request)
  }
}
