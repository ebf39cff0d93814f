/**
 * One look-up at one router. Holds one provider at a time: the router is asked
 * for the next when that one is taken. Ends when the router has ended, failed,
 * named as many as it may, or its time is over.
 *
 * A router that ignores its signal is not waited for: what comes late of it is
 * dropped.
 */
import type { Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import type { AskedRouter } from './asked-router.ts'
import { isTimeout, RouterTimeoutError } from './errors.ts'
import { namedProvider } from './named-provider.ts'
import type { ProviderRules } from './named-provider.ts'
import type { NamedProvider } from './router.ts'

export interface LookUpComponents {
  clock: Clock
  log: Logger
  rules: ProviderRules
  /** Something can be taken, or it has ended. */
  changed: () => void
}

export class LookUp {
  readonly router: AskedRouter
  readonly #components: LookUpComponents
  readonly #startedAt: number
  #held: NamedProvider | undefined
  #taken: (() => void) | undefined
  #answered = false
  #ended = false
  /** Why it told nothing. */
  error: Error | undefined

  constructor (router: AskedRouter, components: LookUpComponents) {
    this.router = router
    this.#components = components
    this.#startedAt = components.clock.now()
  }

  /** It has named somebody, or ended. */
  get hasAnswered (): boolean {
    return this.#answered || this.#ended
  }

  get holds (): boolean {
    return this.#held != null
  }

  /** Nothing more will come. */
  get isOver (): boolean {
    return this.#ended && this.#held == null
  }

  take (): NamedProvider | undefined {
    const provider = this.#held

    this.#held = undefined
    this.#taken?.()

    return provider
  }

  /** Never rejects. When `signal` aborts, nobody is interested any more. */
  async run (cid: CID, signal: AbortSignal): Promise<void> {
    const { clock, changed } = this.#components
    const { findTimeout } = this.router.limits
    const timeout = timeoutSignal(clock, findTimeout, signal)

    try {
      await this.#pull(cid, timeout.signal)
      this.#answer()
    } catch (error) {
      this.#fail(error, signal, timeout.signal)
    } finally {
      timeout.clear()
      this.#ended = true
      changed()
    }
  }

  async #pull (cid: CID, signal: AbortSignal): Promise<void> {
    const { router, limits } = this.router
    const found = router.findProviders?.(cid, { signal })

    if (found == null) {
      return
    }

    const providers = found[Symbol.asyncIterator]()

    try {
      for (let left = limits.maxProviders; left > 0; left--) {
        const next = await raceSignal(Promise.resolve(providers.next()), signal)

        if (next.done === true) {
          return
        }

        await this.#hold(next.value, signal)
      }
    } finally {
      if (providers.return != null) {
        detach(Promise.resolve(providers.return()), this.#components.log, `ending a look-up at ${this.router.name}`)
      }
    }
  }

  async #hold (named: unknown, signal: AbortSignal): Promise<void> {
    const provider = namedProvider(named, this.#components.rules)

    if (provider == null) {
      this.router.malformed()
      return
    }

    this.#held = provider
    this.router.named()
    this.#answer()

    const taken = new Promise<void>(resolve => { this.#taken = resolve })

    this.#components.changed()
    await raceSignal(taken, signal)
  }

  /** Its first answer tells that it works. */
  #answer (): void {
    if (!this.#answered) {
      this.#answered = true
      this.router.answered(this.#components.clock.now() - this.#startedAt)
    }
  }

  #fail (error: unknown, caller: AbortSignal, signal: AbortSignal): void {
    const { name, limits } = this.router

    if (this.#answered) { // what came before the failure is no worse for it
      if (!signal.aborted) {
        this.#components.log('a look-up at %s ended early - %e', name, error)
      }

      return
    }

    const waited = this.#components.clock.now() - this.#startedAt

    if (!signal.aborted) {
      this.error = error instanceof Error ? error : new Error(String(error))
    } else if (!caller.aborted) {
      this.error = new RouterTimeoutError(name, limits.findTimeout)
    } else if (isTimeout(caller.reason) && waited * 2 >= limits.findTimeout) { // who has waited long in vain tells as much as our own limit
      this.error = new RouterTimeoutError(name, waited)
    }

    if (this.error == null) {
      this.router.findAbandoned()
    } else {
      this.router.findFailed(this.error)
    }
  }
}
