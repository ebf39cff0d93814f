/**
 * Brings what changed into the store: all that came up while one change was
 * applied goes in the next. What belongs to a step of the sweep goes with it.
 *
 * A store that fails is tried again, after longer and longer; nobody waits for it
 * meanwhile. One call at a time: a call that does not end holds up the others, and
 * nothing but them.
 *
 * Limits: 8192 changes at a time, and those of a step of the sweep. While the store
 * fails no more is remembered than the queue may hold, and as much of what is to
 * be deleted: more is announced once too often after a restart.
 */
import type { Logger } from '@libp2p/interface'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import { ProvidesNotKeptError } from './errors.ts'
import { cidOfKey } from './provide-entry.ts'
import type { ProvideEntry } from './provide-entry.ts'
import type { ProvideChange, ProvideStore, SavedSweep } from './provide-store.ts'

/** How long the store may take for one change until nobody waits for it, in milliseconds. */
const TIMEOUT = 10_000

/** After a failure; twice as long each time. */
const FIRST_WAIT = 1_000
const MAX_WAIT = 60_000

const MAX_CHANGES = 8192

export interface ProvideSaverComponents {
  store: ProvideStore
  clock: Clock
  log: Logger
}

interface Step {
  place: (now: number) => SavedSweep
  entries: readonly ProvideEntry[]
}

/** Put when there is an entry, else deleted. */
type Changes = Map<string, ProvideEntry | undefined>

interface Waiting {
  /** How many changes have to be through. */
  ticket: number
  settle: (error?: ProvidesNotKeptError) => void
}

export class ProvideSaver {
  readonly #components: ProvideSaverComponents
  readonly #maxDeleted: number
  /** In the order in which they are applied. */
  readonly #changes: Changes = new Map()
  #step: Step | undefined
  /** By ticket. */
  readonly #waiting: Waiting[] = []
  #noted = 0
  #through = 0
  #isWorking = false
  #isFailing = false
  #stopped = new AbortController()

  /** @param maxDeleted - how many deletions are remembered while the store fails */
  constructor (components: ProvideSaverComponents, maxDeleted: number) {
    this.#components = components
    this.#maxDeleted = maxDeleted
  }

  put (entry: ProvideEntry): void {
    this.#note(entry.key, entry)
  }

  delete (key: string): void {
    if (this.#changes.size < 2 * this.#maxDeleted || this.#changes.has(key)) {
      this.#note(key, undefined)
    }
  }

  /** These and the place in one change: one step at a time. */
  sweep (step: Step): void {
    for (const entry of step.entries) {
      if (this.#changes.has(entry.key)) { // it was to be deleted, and is there again
        this.#changes.set(entry.key, entry)
      }
    }

    this.#step = step
    this.#noted++
    this.#work()
  }

  /**
   * Resolves when all that was noted so far is kept.
   *
   * @throws ProvidesNotKeptError when the store failed, or took too long; it is tried again
   */
  async whenKept (): Promise<void> {
    if (this.#through < this.#noted) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ ticket: this.#noted, settle: error => { error == null ? resolve() : reject(error) } })
      })
    }
  }

  /** As {@link whenKept}, but does not wait while the store fails, and is not told whether it does. */
  async whenTried (): Promise<void> {
    if (!this.#isFailing && this.#through < this.#noted) {
      await new Promise<void>(resolve => { this.#waiting.push({ ticket: this.#noted, settle: () => { resolve() } }) })
    }
  }

  start (): void {
    this.#stopped = new AbortController()

    if (this.#through < this.#noted) {
      this.#work()
    }
  }

  /** Tries once more what is left, at once; resolves when that has ended, or after ten seconds. */
  async stop (): Promise<void> {
    const { clock } = this.#components

    this.#isFailing = false
    this.#stopped.abort()

    if (this.#through < this.#noted) {
      this.#work()
    }

    const timeout = timeoutSignal(clock, TIMEOUT)

    try {
      await raceSignal(this.whenTried(), timeout.signal)
    } catch (error) {
      this.#components.log.error('what is to be announced was not kept before the stop - %e', error)
    } finally {
      timeout.clear()
    }
  }

  #note (key: string, entry: ProvideEntry | undefined): void {
    if (!this.#changes.has(key)) {
      this.#noted++
    }

    this.#changes.set(key, entry)
    this.#work()
  }

  #work (): void {
    if (!this.#isWorking) {
      this.#isWorking = true
      detach(this.#applyAll(), this.#components.log, 'keeping what is to be announced')
    }
  }

  async #applyAll (): Promise<void> {
    const { clock } = this.#components
    let wait = FIRST_WAIT

    try {
      await new Promise<void>(resolve => { clock.soon(resolve) })

      while (this.#through < this.#noted) {
        if (await this.#applyNext()) {
          wait = FIRST_WAIT
        } else if (this.#stopped.signal.aborted) {
          return
        } else {
          await sleep(clock, wait, this.#stopped.signal).catch(() => undefined)
          wait = Math.min(2 * wait, MAX_WAIT)
        }
      }
    } finally {
      this.#isWorking = false
    }
  }

  /** False when it failed: then it is to be tried again. */
  async #applyNext (): Promise<boolean> {
    const step = this.#step
    const { changes, count } = this.#takeNext()

    try {
      await this.#apply(this.#changeOf(changes, step))
    } catch (error) {
      this.#putBack(changes, step)
      this.#failed(error)

      return false
    }

    if (this.#isFailing) {
      this.#isFailing = false
      this.#components.log('the store of what is to be announced works again')
    }

    this.#through += count
    this.#settle()

    return true
  }

  /** Rejects when it has failed; a call that takes too long is said to fail, and still waited for. */
  async #apply (change: ProvideChange): Promise<void> {
    const { store, clock } = this.#components
    const timeout = timeoutSignal(clock, TIMEOUT)
    const late = (): void => { this.#failed(timeout.signal.reason) }

    timeout.signal.addEventListener('abort', late, { once: true })

    try {
      await store.apply(change, { signal: timeout.signal })
    } finally {
      timeout.clear()
      timeout.signal.removeEventListener('abort', late)
    }
  }

  #failed (cause: unknown): void {
    if (!this.#isFailing) {
      this.#isFailing = true
      this.#components.log.error('the store of what is to be announced failed, it is tried again - %e', cause)
    }

    for (const { settle } of this.#waiting.splice(0)) {
      settle(new ProvidesNotKeptError({ cause }))
    }
  }

  /** The first ones; with a step of the sweep all that is of it. */
  #takeNext (): { changes: Changes, count: number } {
    const changes: Changes = new Map()
    let count = this.#step == null ? 0 : 1

    for (const [key, entry] of this.#changes) {
      if (changes.size >= MAX_CHANGES) {
        break
      }

      changes.set(key, entry)
      this.#changes.delete(key)
      count++
    }

    for (const entry of this.#step?.entries ?? []) {
      const isNoted = this.#changes.has(entry.key)

      if (isNoted || !changes.has(entry.key)) {
        changes.set(entry.key, isNoted ? this.#changes.get(entry.key) : entry)
        count += isNoted ? 1 : 0
        this.#changes.delete(entry.key)
      }
    }

    this.#step = undefined

    return { changes, count }
  }

  /** What was noted since is newer. */
  #putBack (changes: Changes, step: Step | undefined): void {
    for (const [key, entry] of changes) {
      if (!this.#changes.has(key)) {
        this.#changes.set(key, entry)
      }
    }

    this.#step ??= step
    this.#noted = this.#changes.size + (this.#step == null ? 0 : 1)
    this.#through = 0
  }

  #changeOf (changes: Changes, step: Step | undefined): ProvideChange {
    const now = this.#components.clock.now()
    const put: Array<ProvideChange['put'][number]> = []
    const deleted: Array<ProvideChange['delete'][number]> = []

    for (const [key, entry] of changes) {
      if (entry == null) {
        deleted.push(cidOfKey(key))
      } else {
        put.push({ cid: entry.toCID(), kind: entry.kind, waited: Math.max(0, now - entry.since) })
      }
    }

    return { put, delete: deleted, ...step == null ? {} : { sweep: step.place(now) } }
  }

  #settle (): void {
    let kept = 0

    while ((this.#waiting[kept]?.ticket ?? Infinity) <= this.#through) {
      this.#waiting[kept]?.settle()
      kept++
    }

    this.#waiting.splice(0, kept)
  }
}
