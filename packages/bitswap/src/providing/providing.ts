/**
 * Announces what is here to routing, so that others find it: when it is added,
 * and again in every interval. Puts the parts together and starts and stops
 * them; what is announced next is decided in `provide-queue.ts`, what is due again
 * in `sweep-plan.ts`.
 *
 * Not for: finding providers (`client/`). Identity CIDs are never announced.
 */
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import type { Clock } from '../core/clock.ts'
import { isIdentity } from '../core/known-block.ts'
import { Bell } from './bell.ts'
import type { ProvidingOptions } from './options.ts'
import { ProvideLoader } from './provide-loader.ts'
import { ProvideQueue } from './provide-queue.ts'
import { ProvideRate } from './provide-rate.ts'
import { ProvideSaver } from './provide-saver.ts'
import { NOTHING_PROVIDED } from './provide-stat.ts'
import type { ProvideStat } from './provide-stat.ts'
import { ProvideKind } from './provide-store.ts'
import type { SavedSweep } from './provide-store.ts'
import { ProvideWorkers } from './provide-workers.ts'
import { Reprovider } from './reprovider.ts'
import { SweepPlan } from './sweep-plan.ts'

export interface ProvidingComponents {
  /** Only its `provide` is used. */
  routing: BitswapRouting | undefined
  clock: Clock
  log: Logger
  /** Told of each that routing took. */
  provided: (cid: CID, kind: ProvideKind) => void
}

export interface ProvideOptions extends AbortOptions {
  /**
   * They are roots, and go before blocks.
   *
   * @default true
   */
  root?: boolean
}

/** What there is when something is announced at all. */
interface Parts {
  queue: ProvideQueue
  rate: ProvideRate
  saver: ProvideSaver | undefined
  workers: ProvideWorkers
  loader: ProvideLoader | undefined
  /** Rings when the queue has room. */
  room: Bell
}

export class Providing {
  readonly #components: ProvidingComponents
  readonly #options: ProvidingOptions
  readonly #parts: Parts | undefined
  /** As soon as it is known where it was. */
  #reprovider: Reprovider | undefined
  #stopping: AbortController | undefined
  #stopped: Promise<void> | undefined

  constructor (components: ProvidingComponents, options: ProvidingOptions) {
    const { routing } = components
    const provide = routing?.provide?.bind(routing)

    this.#components = components
    this.#options = options
    this.#parts = options.strategy === 'none' || provide == null ? undefined : this.#createParts({ provide })
  }

  /** Twice is a no-op. */
  start (): void {
    const parts = this.#parts

    if (parts == null || this.#stopping != null) {
      return
    }

    this.#stopping = new AbortController()

    const { signal } = this.#stopping

    parts.saver?.start()
    parts.workers.start()

    const goesOn = parts.loader == null || this.#reprovider != null

    if (goesOn) {
      this.#sweep(parts, undefined, signal)
    }

    if (parts.loader != null) {
      this.#run(parts.loader.run(signal, sweep => {
        if (!goesOn) {
          this.#sweep(parts, sweep, signal)
        }
      }), signal)
    }
  }

  /** What is being announced is broken off, and is announced after the next start. Twice is a no-op. */
  stop (): void {
    if (this.#stopping != null) {
      this.#stopping.abort()
      this.#stopping = undefined
      this.#parts?.workers.stop()
      this.#stopped = this.#parts?.saver?.stop()
    }
  }

  /** After the stop: resolves when what was to be kept is, or could not be; after ten seconds at the most. */
  whenStopped (): Promise<void> | undefined {
    return this.#stopped
  }

  /** A block has come, or was added. Called for each, so it must be cheap. */
  blockAdded (cid: CID): void {
    if (this.#parts != null && this.#options.strategy === 'all') {
      this.#add(this.#parts, cid, ProvideKind.Block)
    }
  }

  /**
   * Queues them. Resolves when all are queued, or dropped for want of room, and the
   * store has them.
   *
   * @throws ProvidesNotKeptError when the store failed: they are queued nevertheless
   */
  async provide (cids: Iterable<CID> | AsyncIterable<CID>, { root = true, signal }: ProvideOptions = {}): Promise<void> {
    signal?.throwIfAborted()

    if (this.#parts == null) {
      return
    }

    for await (const cid of cids) {
      signal?.throwIfAborted()
      this.#add(this.#parts, cid, root ? ProvideKind.Root : ProvideKind.Block)
    }

    await this.#parts.saver?.whenKept()
  }

  stat (): ProvideStat {
    if (this.#parts == null) {
      return NOTHING_PROVIDED
    }

    const { queue, rate, workers } = this.#parts
    const now = this.#components.clock.now()
    const { oldest, swept } = queue.waits(now)

    return {
      queued: queue.size - queue.inFlight,
      inFlight: queue.inFlight,
      provided: queue.provided,
      failed: queue.failed,
      dropped: queue.dropped + (this.#reprovider?.dropped ?? 0),
      retrying: queue.retrying,
      oldest,
      remaining: rate.timeFor(queue.size, now),
      paused: workers.isPaused,
      sweep: { progress: this.#reprovider?.progress ?? 0, behind: this.#reprovider?.behind(swept) ?? 0 }
    }
  }

  #createParts (routing: Required<Pick<BitswapRouting, 'provide'>>): Parts {
    const { clock, log, provided } = this.#components
    const { store, maxQueued, keys, interval } = this.#options
    const room = new Bell()
    const queue = new ProvideQueue({ ...this.#options, sweeps: keys !== false && interval > 0 })
    const rate = new ProvideRate()
    const saver = store === false ? undefined : new ProvideSaver({ store, clock, log }, maxQueued)
    const workers = new ProvideWorkers({ routing, clock, log, queue, rate, saver, finished: () => { room.ring() }, provided }, this.#options)
    const loader = store === false ? undefined : new ProvideLoader({ store, queue, clock, log, room, loaded: () => { workers.wake() } })

    return { queue, rate, saver, workers, loader, room }
  }

  #add ({ queue, saver, workers }: Parts, cid: CID, kind: ProvideKind): void {
    if (isIdentity(cid)) {
      return
    }

    const { changed, displaced } = queue.add(cid, kind, this.#components.clock.now())

    if (displaced != null) {
      saver?.delete(displaced.key)
    }

    if (changed != null) {
      saver?.put(changed)
      workers.wake()
    }
  }

  /** Goes on where it was: `saved` is of the last process, and of no interest to one that has swept already. */
  #sweep (parts: Parts, saved: SavedSweep | undefined, signal: AbortSignal): void {
    const { keys, interval, strategy } = this.#options
    const { clock, log } = this.#components

    if (keys === false || interval === 0) {
      return
    }

    this.#reprovider ??= new Reprovider({
      ...parts,
      keys,
      clock,
      log,
      queued: () => { parts.workers.wake() },
      overflowed: () => { parts.loader?.again() }
    }, new SweepPlan(interval, strategy, saved, clock.now()))

    this.#run(this.#reprovider.run(signal), signal)
  }

  /** What goes on until the stop. */
  #run (running: Promise<never>, signal: AbortSignal): void {
    running.catch((error: unknown) => {
      if (!signal.aborted) {
        this.#components.log.error('announcing failed - %e', error)
      }
    })
  }
}
