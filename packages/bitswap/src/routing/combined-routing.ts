/**
 * Several routers as one. All are asked at once; one that hangs, fails or lies
 * neither holds up the others nor keeps what they say from being heard.
 *
 * For: who has a block, and telling that we have it. Not for: when to ask
 * (`client/want-routing.ts`), whom to dial (`client/provider-search.ts`).
 *
 * Limits: as many look-ups at once as are asked for, each of all routers; what a
 * look-up takes is bounded by `findTimeout` and `maxProviders`. Look-ups of the
 * same block are not shared: the wanting side has one for each block.
 */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import type { Clock } from '../core/clock.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import { InvalidOptionError } from '../errors.ts'
import { AskedRouter } from './asked-router.ts'
import { isTimeout, ProvideFailedError, RouterTimeoutError } from './errors.ts'
import { LookUps } from './look-ups.ts'
import type { RoutersOptions } from './options.ts'
import type { NamedProvider, Router, RouterStat } from './router.ts'

export interface CombinedRoutingComponents {
  clock: Clock
  log: Logger
  /** Ourselves, never named. */
  self?: PeerId | undefined
}

/** An announcement that one router did not take. */
interface Attempt {
  caller: AbortSignal | undefined
  /** Of the caller, or of the router's own limit. */
  signal: AbortSignal
  /** Milliseconds. */
  waited: number
}

export class CombinedRouting implements BitswapRouting {
  readonly #components: CombinedRoutingComponents
  readonly #options: RoutersOptions
  readonly #routers: readonly AskedRouter[]
  /** Undefined when no router finds. */
  readonly findProviders?: (cid: CID, options?: AbortOptions) => AsyncIterableIterator<NamedProvider, undefined>
  /** Undefined when no router announces. */
  readonly provide?: (cid: CID, options?: AbortOptions) => Promise<void>

  /** @throws InvalidOptionError when two have the same name, or a limit of one is none */
  constructor (routers: readonly Router[], components: CombinedRoutingComponents, options: RoutersOptions) {
    this.#components = components
    this.#options = options
    this.#routers = routers.map(router => new AskedRouter(router, components, options))

    if (new Set(routers.map(({ name }) => name)).size < routers.length) {
      throw new InvalidOptionError('routers', routers.map(({ name }) => name), 'of a different name each')
    }

    if (routers.some(router => router.findProviders != null)) {
      this.findProviders = (cid, init) => this.#find(cid, init)
    }

    if (routers.some(router => router.provide != null)) {
      this.provide = async (cid, init) => { await this.#provide(cid, init) }
    }
  }

  /** Of each router, in the order they were given. */
  stat (): RouterStat[] {
    return this.#routers.map(router => router.stat())
  }

  #find (cid: CID, { signal }: AbortOptions = {}): LookUps {
    const { clock, log, self } = this.#components
    const routers = this.#routers.filter(({ router }) => router.findProviders != null)

    return new LookUps(cid, routers, { clock, log, rules: { self, relayed: this.#options.relayed }, pace: this.#options }, signal ?? undefined)
  }

  /**
   * Waits until each has taken it, failed, or run out of time, even when one has
   * taken it long since: whoever announces many does so a few at a time, and what
   * went on behind its back would have no bound.
   */
  async #provide (cid: CID, { signal }: AbortOptions = {}): Promise<void> {
    const routers = this.#routers.filter(({ router }) => router.provide != null)
    const reasons = new Map<string, Error>()

    signal?.throwIfAborted()
    await Promise.all(routers.map(async router => {
      const error = await this.#provideAt(router, cid, signal ?? undefined)

      if (error != null) {
        reasons.set(router.name, error)
      }
    }))

    if (reasons.size === routers.length) {
      signal?.throwIfAborted()

      throw new ProvideFailedError(cid, reasons)
    }
  }

  /** Why it did not take it. Never rejects. */
  async #provideAt (router: AskedRouter, cid: CID, caller: AbortSignal | undefined): Promise<Error | undefined> {
    const leftOut = router.beginProvide()

    if (leftOut != null) {
      return leftOut
    }

    const { clock } = this.#components
    const timeout = timeoutSignal(clock, router.limits.provideTimeout, caller)
    const startedAt = clock.now()

    try {
      await this.#untilOver(Promise.resolve(router.router.provide?.(cid, { signal: timeout.signal })), timeout.signal)
      router.provided()

      return undefined
    } catch (error) {
      return this.#provideError(router, error, { caller, signal: timeout.signal, waited: clock.now() - startedAt })
    } finally {
      timeout.clear()
    }
  }

  /**
   * As `raceSignal`, but a router that is told that its time is over is heard for the
   * rest of that turn: it may have told enough by then to count as having taken it.
   */
  async #untilOver (providing: Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await raceSignal(providing, signal)
    } catch (error) {
      if (!isTimeout(signal.reason)) {
        throw error
      }

      await Promise.race([providing, new Promise<never>((_resolve, reject) => { this.#components.clock.soon(() => { reject(error) }) })])
    }
  }

  /** Who has waited long in vain tells as much of the router as its own limit. */
  #provideError (router: AskedRouter, thrown: unknown, { caller, signal, waited }: Attempt): Error {
    const { provideTimeout } = router.limits
    const isGivenUp = caller?.aborted === true

    if (isGivenUp && !(isTimeout(caller.reason) && waited * 2 >= provideTimeout)) {
      router.provideAbandoned()

      return caller.reason instanceof Error ? caller.reason : new Error(String(caller.reason))
    }

    const other = thrown instanceof Error ? thrown : new Error(String(thrown))
    const error = signal.aborted ? new RouterTimeoutError(router.name, isGivenUp ? waited : provideTimeout) : other

    router.provideFailed(error)

    return error
  }
}
