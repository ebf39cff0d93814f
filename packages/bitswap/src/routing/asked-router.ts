/**
 * A router as it is asked here: with its limits, what is known of its health,
 * and what it has done, counted in one place.
 */
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { RouterLeftOutError, RouterTimeoutError } from './errors.ts'
import { resolveRoutersOptions } from './options.ts'
import type { RoutersOptions } from './options.ts'
import { RouterHealth } from './router-health.ts'
import type { Router, RouterStat } from './router.ts'

export interface AskedRouterComponents {
  clock: Clock
  log: Logger
}

export type RouterLimits = Pick<RoutersOptions, 'findTimeout' | 'provideTimeout' | 'maxProviders'>

export class AskedRouter {
  readonly router: Router
  readonly limits: RouterLimits
  readonly #components: AskedRouterComponents
  readonly #finding: RouterHealth
  readonly #providing: RouterHealth
  readonly #counts: Omit<RouterStat, 'name' | 'leftOut' | 'reason' | 'meanTime'> = {
    asked: 0, answered: 0, failed: 0, timedOut: 0, passedOver: 0, providersNamed: 0, malformed: 0, provided: 0, provideFailed: 0
  }

  #totalTime = 0
  /** Why it was left out. */
  #reason: Error | undefined
  /** Why its last look-up failed. */
  #findError: Error | undefined

  /** @throws InvalidOptionError */
  constructor (router: Router, components: AskedRouterComponents, options: RoutersOptions) {
    this.router = router
    this.#components = components
    this.#finding = new RouterHealth(options)
    this.#providing = new RouterHealth(options)
    this.limits = limitsOf(router, options)
  }

  get name (): string {
    return this.router.name
  }

  /** Why it is not to be asked now; undefined when it is, and its answer is to be told. */
  beginFind (): Error | undefined {
    const error = this.#take(this.#finding)

    if (error == null) {
      this.#counts.asked++
    } else {
      this.#counts.passedOver++
    }

    return error
  }

  /** It named somebody for the first time in this look-up, or nobody, and ended. */
  answered (time: number): void {
    this.#counts.answered++
    this.#totalTime += time
    this.#findError = undefined
    this.#works(this.#finding, 'finding')
  }

  named (): void {
    this.#counts.providersNamed++
  }

  malformed (): void {
    this.#counts.malformed++
  }

  findFailed (error: Error): void {
    this.#findError = error

    if (error instanceof RouterTimeoutError) {
      this.#counts.timedOut++

      if (this.router.walks === true) {
        this.#finding.abandoned()
        return
      }
    } else {
      this.#counts.failed++
    }

    this.#fails(this.#finding, 'finding', error)
  }

  findAbandoned (): void {
    this.#finding.abandoned()
  }

  beginProvide (): Error | undefined {
    return this.#take(this.#providing)
  }

  provided (): void {
    this.#counts.provided++
    this.#works(this.#providing, 'providing')
  }

  provideFailed (error: Error): void {
    this.#counts.provideFailed++
    this.#fails(this.#providing, 'providing', error)
  }

  provideAbandoned (): void {
    this.#providing.abandoned()
  }

  stat (): RouterStat {
    const { answered } = this.#counts

    return { name: this.name, ...this.#counts, leftOut: this.#finding.isLeftOut, reason: this.#findError?.message, meanTime: answered === 0 ? undefined : this.#totalTime / answered }
  }

  #take (health: RouterHealth): Error | undefined {
    const now = this.#components.clock.now()

    return health.take(now) ? undefined : new RouterLeftOutError(this.name, health.restAt(now), { cause: this.#reason })
  }

  #works (health: RouterHealth, doing: string): void {
    if (health.succeeded()) {
      this.#components.log('router %s works again at %s', this.name, doing)
    }
  }

  #fails (health: RouterHealth, doing: string, error: Error): void {
    const { clock, log } = this.#components
    const now = clock.now()

    this.#reason = error

    if (health.failed(now, retryAfterOf(error))) {
      log.error('router %s is left out of %s for %d ms, and tried again then - %e', this.name, doing, health.restAt(now), error)
    }
  }
}

/** @throws InvalidOptionError */
function limitsOf (router: Router, options: RoutersOptions): RouterLimits {
  const limits = {
    findTimeout: router.findTimeout ?? options.findTimeout,
    provideTimeout: router.provideTimeout ?? options.provideTimeout,
    maxProviders: router.maxProviders ?? options.maxProviders
  }

  resolveRoutersOptions(limits)

  return limits
}

function retryAfterOf (error: Error): number | undefined {
  const { retryAfter } = error as { retryAfter?: unknown }

  return typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : undefined
}
