/**
 * Announcing as `bitswap.ts` has it: nothing where nothing is announced, else
 * `providing.ts`, which is loaded for it. That is a good part of the package, and
 * few apps in browsers announce anything: those do not fetch it, where a bundler
 * makes a file of its own of what is imported late.
 *
 * Fetching and serving do not wait for it: announcing begins when it is there, and
 * if that is never, nothing else is the worse for it. Meanwhile blocks that are added
 * are kept, as many as the queue takes (`maxQueued`); the others count as dropped.
 * A loading that failed is tried again, where the runtime does: some remember that
 * a file could not be had until the page is loaded anew.
 */
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import { isIdentity } from '../core/known-block.ts'
import { joinedSignal, raceSignal } from '../core/timeout-signal.ts'
import { NotStartedError } from '../errors.ts'
import { ProvidingNotLoadedError } from './errors.ts'
import type { ProvidingOptions } from './options.ts'
import { NOTHING_PROVIDED } from './provide-stat.ts'
import type { ProvideStat } from './provide-stat.ts'
import type { ProvideOptions, Providing, ProvidingComponents } from './providing.ts'

export type ProvidingLoader = () => Promise<typeof Providing>

export interface LateProvidingComponents extends Omit<ProvidingComponents, 'routing'> {
  /** Only its `provide` is used. */
  routing: BitswapRouting | undefined
  load: ProvidingLoader
}

export class LateProviding {
  readonly #components: LateProvidingComponents
  readonly #options: ProvidingOptions
  /** Undefined when nothing is announced. */
  readonly #routing: ProvidingComponents['routing'] | undefined
  #providing: Providing | undefined
  /** Resolves with what it failed with, which has been logged then. */
  #loading: Promise<ProvidingNotLoadedError | undefined> | undefined
  #isStarted = false
  /** Aborts with the next stop: then no call waits for the loading. */
  #waiting: AbortController = new AbortController()
  /** Blocks that were added before it was there. */
  #early: CID[] = []
  #dropped = 0

  constructor (components: LateProvidingComponents, options: ProvidingOptions) {
    const { routing } = components
    const provide = routing?.provide?.bind(routing)

    this.#components = components
    this.#options = options
    this.#routing = options.strategy === 'none' || provide == null ? undefined : { provide }
  }

  /** Waits for nothing. Twice is a no-op. A loading that fails is tried again by the next start, or call of {@link provide}. */
  start (): void {
    this.#isStarted = true
    this.#load()
    this.#providing?.start()
  }

  /** As {@link Providing.stop}. */
  stop (): void {
    this.#isStarted = false
    this.#waiting.abort(new NotStartedError('bitswap was stopped'))
    this.#waiting = new AbortController()
    this.#providing?.stop()
  }

  /** As {@link Providing.whenStopped}. */
  whenStopped (): Promise<void> | undefined {
    return this.#providing?.whenStopped()
  }

  /** A block has come, or was added. Called for each, so it must be cheap. */
  blockAdded (cid: CID): void {
    if (this.#providing != null) {
      this.#providing.blockAdded(cid)
    } else if (this.#routing != null && this.#options.strategy === 'all' && !isIdentity(cid)) {
      this.#keep(cid)
    }
  }

  /**
   * As {@link Providing.provide}, when it is loaded: until then, the signal aborts, or the stop, it waits.
   *
   * @throws ProvidingNotLoadedError
   * @throws NotStartedError on a stop
   */
  async provide (cids: Iterable<CID> | AsyncIterable<CID>, options?: ProvideOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#load()

    if (this.#loading != null) {
      const ends = joinedSignal(options?.signal, this.#waiting.signal)
      const failure = await raceSignal(this.#loading, ends.signal).finally(() => { ends.clear() })

      if (failure != null) {
        throw failure
      }
    }

    await this.#providing?.provide(cids, options)
  }

  stat (): ProvideStat {
    const stat = this.#providing?.stat() ?? { ...NOTHING_PROVIDED, queued: this.#early.length }

    return { ...stat, dropped: stat.dropped + this.#dropped }
  }

  #keep (cid: CID): void {
    if (this.#early.length < this.#options.maxQueued) {
      this.#early.push(cid)
    } else {
      this.#dropped++
    }
  }

  /** Unless it is there, under way, or of no use. */
  #load (): void {
    if (this.#routing != null && this.#providing == null) {
      this.#loading ??= this.#begin(this.#routing).finally(() => { this.#loading = undefined })
    }
  }

  async #begin (routing: ProvidingComponents['routing']): Promise<ProvidingNotLoadedError | undefined> {
    const { load, log } = this.#components

    try {
      const Loaded = await load()
      const providing = new Loaded({ ...this.#components, routing }, this.#options)

      this.#providing = providing
      this.#early.forEach(cid => { providing.blockAdded(cid) })
      this.#early = []

      if (this.#isStarted) {
        providing.start()
      }

      return undefined
    } catch (cause) {
      log.error('what announces could not be loaded, it is tried again at the next start - %e', cause)

      return new ProvidingNotLoadedError({ cause })
    }
  }
}
