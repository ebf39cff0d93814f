/**
 * Brings what changed into the store: all that came up while one change was
 * applied goes in the next. What belongs to a step of the sweep goes with it.
 *
 * A store that fails is tried again, after longer and longer; nobody waits for it
 * meanwhile. One call at a time: a call that does not end holds up the others, and
 * nothing but them.
 *
 * Limits: those of `unsaved-changes.ts`.
 */
import type { Logger } from '@libp2p/interface'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { inTime, timeoutSignal } from '../core/timeout-signal.ts'
import { ProvidesNotKeptError } from './errors.ts'
import type { CIDOfKey, ProvideEntry } from './provide-entry.ts'
import type { ProvideChange, ProvideStore } from './provide-store.ts'
import { changeOf, UnsavedChanges } from './unsaved-changes.ts'
import type { SweepStep } from './unsaved-changes.ts'

/** How long the store may take for one change until nobody waits for it, in milliseconds. */
const TIMEOUT = 10_000

/** After a failure; twice as long each time. */
const FIRST_WAIT = 1_000
const MAX_WAIT = 60_000

export interface ProvideSaverComponents {
  store: ProvideStore
  clock: Clock
  log: Logger
  cidOfKey: CIDOfKey
}

interface Waiting {
  /** How many changes have to be through. */
  ticket: number
  settle: (error?: ProvidesNotKeptError) => void
}

export class ProvideSaver {
  readonly #components: ProvideSaverComponents
  readonly #unsaved: UnsavedChanges
  /** By ticket. */
  readonly #waiting: Waiting[] = []
  /** Changes that were taken, and are kept. */
  #through = 0
  /** Taken, and not kept yet. */
  #underWay = 0
  #isWorking = false
  #isFailing = false
  /** A call has taken too long, and goes on. */
  #isLate = false
  #stopped = new AbortController()

  /** @param maxQueued - what the queue may hold */
  constructor (components: ProvideSaverComponents, maxQueued: number) {
    this.#components = components
    this.#unsaved = new UnsavedChanges(2 * maxQueued)
  }

  put (entry: ProvideEntry): void {
    this.#unsaved.put(entry)
    this.#work()
  }

  delete (key: string): void {
    this.#unsaved.delete(key)
    this.#work()
  }

  /** One at a time: waits for no other. */
  sweep (step: SweepStep): void {
    this.#unsaved.sweep(step)
    this.#work()
  }

  /**
   * Resolves when all that was noted so far is kept.
   *
   * @throws ProvidesNotKeptError when the store failed, or took too long; it is tried again
   */
  async whenKept (): Promise<void> {
    const error = this.#isLate ? new ProvidesNotKeptError({ cause: late() }) : await this.#whenSettled()

    if (error != null) {
      throw error
    }
  }

  /** As {@link whenKept}, but does not wait while the store fails, and is not told whether it does. */
  async whenTried (): Promise<void> {
    if (!this.#isFailing && !this.#isLate) {
      await this.#whenSettled()
    }
  }

  start (): void {
    this.#stopped = new AbortController()
    this.#work()
  }

  /** Tries once more what is left, at once; resolves when that has ended, or after ten seconds. */
  async stop (): Promise<void> {
    const { clock, log } = this.#components

    this.#isFailing = false
    this.#stopped.abort()
    this.#work()

    try {
      await inTime(clock, TIMEOUT, async () => await this.#whenSettled())
    } catch (error) {
      log.error('what is to be announced was not kept before the stop - %e', error)
    }
  }

  async #whenSettled (): Promise<ProvidesNotKeptError | undefined> {
    const open = this.#underWay + this.#unsaved.size

    if (open === 0) {
      return undefined
    }

    return await new Promise(resolve => { this.#waiting.push({ ticket: this.#through + open, settle: resolve }) })
  }

  #work (): void {
    if (!this.#isWorking && this.#unsaved.size > 0) {
      this.#isWorking = true
      detach(this.#applyAll(), this.#components.log, 'keeping what is to be announced')
    }
  }

  async #applyAll (): Promise<void> {
    const { clock } = this.#components
    let wait = FIRST_WAIT

    try {
      await new Promise<void>(resolve => { clock.soon(resolve) })

      while (this.#unsaved.size > 0) {
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
    const { clock, log, cidOfKey } = this.#components
    const taken = this.#unsaved.take()

    this.#underWay = taken.count

    try {
      await this.#apply(changeOf(taken, clock.now(), cidOfKey))
    } catch (error) {
      this.#underWay = 0
      this.#unsaved.putBack(taken)
      this.#failed(error)

      return false
    }

    if (this.#isFailing) {
      this.#isFailing = false
      log('the store of what is to be announced works again')
    }

    this.#underWay = 0
    this.#through += taken.count
    this.#settle()

    return true
  }

  /** Rejects when it has failed; a call that takes too long is said to fail, and still waited for. */
  async #apply (change: ProvideChange): Promise<void> {
    const { store, clock } = this.#components
    const timeout = timeoutSignal(clock, TIMEOUT)
    const isLate = (): void => {
      this.#isLate = true
      this.#failed(timeout.signal.reason)
    }

    timeout.signal.addEventListener('abort', isLate, { once: true })

    try {
      await store.apply(change, { signal: timeout.signal })
    } finally {
      this.#isLate = false
      timeout.clear()
      timeout.signal.removeEventListener('abort', isLate)
    }
  }

  /** Nobody waits any longer. */
  #failed (cause: unknown): void {
    if (!this.#isFailing) {
      this.#isFailing = true
      this.#components.log.error('the store of what is to be announced failed, it is tried again - %e', cause)
    }

    for (const { settle } of this.#waiting.splice(0)) {
      settle(new ProvidesNotKeptError({ cause }))
    }
  }

  #settle (): void {
    const kept = this.#waiting.findIndex(({ ticket }) => ticket > this.#through)

    for (const { settle } of this.#waiting.splice(0, kept < 0 ? this.#waiting.length : kept)) {
      settle()
    }
  }
}

/** As of a call that has just taken too long. */
function late (): DOMException {
  return new DOMException(`took longer than ${TIMEOUT} ms`, 'TimeoutError')
}
