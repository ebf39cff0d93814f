/**
 * Announces what is here to routing, so that others find it: when it is added,
 * and again in every interval. Puts the parts together and starts and stops
 * them; what is announced next is decided in `provide-queue.ts`, what is due again
 * in `sweep-plan.ts`. Loaded where something is announced at all, by `late-providing.ts`.
 *
 * Not for: finding providers (`client/`). Identity CIDs are never announced.
 */
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import type { Clock } from '../core/clock.ts'
import { isIdentity } from '../core/known-block.ts'
import { joinedSignal, raceSignal } from '../core/timeout-signal.ts'
import { NotStartedError } from '../errors.ts'
import { Bell } from './bell.ts'
import type { ProvidingOptions } from './options.ts'
import type { CIDOfKey } from './provide-entry.ts'
import { ProvideLoader } from './provide-loader.ts'
import { ProvideQueue } from './provide-queue.ts'
import { ProvideRate } from './provide-rate.ts'
import { ProvideSaver } from './provide-saver.ts'
import type { ProvideStat } from './provide-stat.ts'
import { ProvideKind } from './provide-store.ts'
import type { SavedSweep } from './provide-store.ts'
import { ProvideWorkers } from './provide-workers.ts'
import { Reprovider } from './reprovider.ts'
import { SweepPlan } from './sweep-plan.ts'
import { watched } from './watched.ts'

export interface ProvidingComponents {
  routing: Required<Pick<BitswapRouting, 'provide'>>
  clock: Clock
  log: Logger
  cidOfKey: CIDOfKey
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

export class Providing {
  readonly #components: ProvidingComponents
  readonly #options: ProvidingOptions
  readonly #queue: ProvideQueue
  readonly #rate: ProvideRate = new ProvideRate()
  readonly #saver: ProvideSaver | undefined
  readonly #workers: ProvideWorkers
  readonly #loader: ProvideLoader | undefined
  /** Rings when the queue has room. */
  readonly #room: Bell = new Bell()
  /** As soon as it is known where it was. */
  #reprovider: Reprovider | undefined
  #stopping: AbortController | undefined
  /** Aborts with the next stop, be it started or not: then nobody goes on listing what is to be announced. */
  #listing: AbortController = new AbortController()
  #stopped: Promise<void> | undefined

  constructor (components: ProvidingComponents, options: ProvidingOptions) {
    const { routing, clock, log, cidOfKey, provided } = components
    const { store, maxQueued, keys, interval } = options
    const room = this.#room
    const queue = new ProvideQueue({ ...options, sweeps: keys !== false && interval > 0 })
    const saver = store === false ? undefined : new ProvideSaver({ store, clock, log, cidOfKey }, maxQueued)

    this.#components = components
    this.#options = options
    this.#queue = queue
    this.#saver = saver
    this.#workers = new ProvideWorkers({ routing, clock, log, cidOfKey, queue, rate: this.#rate, saver, finished: key => { this.#finished(key) }, provided }, options)
    this.#loader = store === false ? undefined : new ProvideLoader({ store, queue, clock, log, room, loaded: () => { this.#workers.wake() } })
  }

  /** Twice is a no-op. */
  start (): void {
    if (this.#stopping != null) {
      return
    }

    this.#stopping = new AbortController()

    const { signal } = this.#stopping

    this.#saver?.start()
    this.#workers.start()

    const goesOn = this.#loader == null || this.#reprovider != null

    if (goesOn) {
      this.#sweep(undefined, signal)
    }

    if (this.#loader != null) {
      this.#run(this.#loader.run(signal, sweep => {
        if (!goesOn) {
          this.#sweep(sweep, signal)
        }
      }), signal)
    }
  }

  /** What is being announced is broken off, and is announced after the next start. Twice is a no-op. */
  stop (): void {
    if (this.#stopping != null) {
      this.#stopping.abort()
      this.#stopping = undefined
      this.#listing.abort(new NotStartedError('bitswap was stopped'))
      this.#listing = new AbortController()
      this.#workers.stop()
      this.#stopped = this.#saver?.stop()
    }
  }

  /** After the stop: resolves when what was to be kept is, or could not be; after ten seconds at the most. */
  whenStopped (): Promise<void> | undefined {
    return this.#stopped
  }

  /** A block has come, or was added. Called for each, so it must be cheap. */
  blockAdded (cid: CID): void {
    if (this.#options.strategy === 'all') {
      this.#add(cid, ProvideKind.Block)
    }
  }

  /**
   * Queues them, 1024 in a turn of the event loop. Resolves when all are queued, or
   * dropped for want of room, and the store has them.
   *
   * When the signal aborts it throws its reason at once, whoever it waits for; those
   * that were listed by then stay queued.
   *
   * @throws ProvidesNotKeptError when the store failed: they are queued nevertheless
   * @throws NotStartedError on a stop before all were listed
   */
  async provide (cids: Iterable<CID> | AsyncIterable<CID>, { root = true, signal }: ProvideOptions = {}): Promise<void> {
    const { clock } = this.#components
    const ends = joinedSignal(signal, this.#listing.signal)

    try {
      for await (const cid of watched(cids, { clock, signal: ends.signal })) {
        this.#add(cid, root ? ProvideKind.Root : ProvideKind.Block)
      }
    } finally {
      ends.clear()
    }

    const kept = this.#saver?.whenKept()

    await (kept == null || signal == null ? kept : raceSignal(kept, signal))
  }

  stat (): ProvideStat {
    const queue = this.#queue
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
      remaining: this.#rate.timeFor(queue.size, now),
      paused: this.#workers.isPaused,
      sweep: { progress: this.#reprovider?.progress ?? 0, behind: this.#reprovider?.behind(swept) ?? 0 }
    }
  }

  #add (cid: CID, kind: ProvideKind): void {
    if (isIdentity(cid)) {
      return
    }

    const { changed, displaced } = this.#queue.add(cid, kind, this.#components.clock.now())

    if (displaced != null) {
      this.#saver?.delete(displaced.key)
    }

    if (changed != null) {
      this.#saver?.put(changed)
      this.#workers.wake()
    }
  }

  #finished (key: string): void {
    this.#loader?.finished(key)
    this.#room.ring()
  }

  /** Goes on where it was: `saved` is of the last process, and of no interest to one that has swept already. */
  #sweep (saved: SavedSweep | undefined, signal: AbortSignal): void {
    const { keys, interval, strategy } = this.#options
    const { clock, log } = this.#components

    if (keys === false || interval === 0) {
      return
    }

    this.#reprovider ??= new Reprovider({
      keys,
      queue: this.#queue,
      saver: this.#saver,
      room: this.#room,
      clock,
      log,
      queued: () => { this.#workers.wake() },
      overflowed: () => { this.#loader?.again() }
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
