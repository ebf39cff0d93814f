/**
 * Brings into the queue what the store has kept: at the start, and again as long
 * as it has more than there is room for. What is announced while
 * the store lists may be listed all the same: it is remembered until the list ends,
 * and not brought in again.
 *
 * Limits: {@link MAX_FINISHED} are remembered for one listing; what is finished over
 * that may be announced once more.
 */
import type { Logger } from '@libp2p/interface'
import { multihashKey } from '../core/cid-map.ts'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { isIdentity } from '../core/known-block.ts'
import { inTime } from '../core/timeout-signal.ts'
import { Bell } from './bell.ts'
import type { ProvideQueue } from './provide-queue.ts'
import { ProvideKind } from './provide-store.ts'
import type { ProvideStore, SavedProvide, SavedProvides, SavedSweep } from './provide-store.ts'
import { watched } from './watched.ts'

/** How long the store may take to begin, and for each step, in milliseconds. */
const TIMEOUT = 10_000

/** A few MB. */
const MAX_FINISHED = 65_536

/** After a failure; twice as long each time. */
const FIRST_WAIT = 1_000
const MAX_WAIT = 60_000

export interface ProvideLoaderComponents {
  store: ProvideStore
  queue: ProvideQueue
  clock: Clock
  log: Logger
  /** Rings when the queue has room. */
  room: Bell
  /** There is something in the queue. */
  loaded: () => void
}

export class ProvideLoader {
  readonly #components: ProvideLoaderComponents
  #isComplete = false
  readonly #more: Bell = new Bell()
  /** By multihash, since the store was asked last. Undefined when it lists nothing. */
  #finished: Set<string> | undefined

  constructor (components: ProvideLoaderComponents) {
    this.#components = components
  }

  /** There is something in the store that had no room in the queue. */
  again (): void {
    this.#isComplete = false
    this.#more.ring()
  }

  /** This one was announced or given up, and is in the queue no more. */
  finished (key: string): void {
    if (this.#finished != null && this.#finished.size < MAX_FINISHED) {
      this.#finished.add(key)
    }
  }

  /**
   * Until the signal aborts, whose reason it throws.
   *
   * @param placed - called once, before all others: where the sweep was; not known
   * when the store has failed for a minute: nobody waits for it any longer
   */
  async run (signal: AbortSignal, placed: (sweep: SavedSweep | undefined) => void): Promise<never> {
    const { clock, log, room } = this.#components
    let tell: typeof placed | undefined = placed
    let wait = FIRST_WAIT

    for (;;) {
      try {
        while (this.#isComplete) {
          await this.#more.wait(signal)
        }

        this.#finished = new Set()
        const { sweep, entries } = await this.#load(signal)

        tell?.(sweep)
        tell = undefined
        wait = FIRST_WAIT
        this.#isComplete = await this.#restore(entries, signal)
        this.#finished = undefined

        while (!this.#isComplete && !this.#hasRoom()) {
          await room.wait(signal)
        }
      } catch (error) {
        signal.throwIfAborted() // and leaves it to the one of the next start
        this.#finished = undefined
        log.error('what is to be announced could not be loaded, it is tried again - %e', error)

        if (wait === MAX_WAIT) {
          tell?.(undefined)
          tell = undefined
        }

        await sleep(clock, wait, signal)
        wait = Math.min(2 * wait, MAX_WAIT)
      }
    }
  }

  async #load (signal: AbortSignal): Promise<SavedProvides> {
    const { store, clock } = this.#components

    return await inTime(clock, TIMEOUT, async () => await store.load({ signal }), signal)
  }

  /** False when there is more than there is room for. */
  async #restore (entries: SavedProvides['entries'], signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#components
    let damaged = 0
    let isComplete = true

    for await (const saved of watched(entries, { clock, timeout: TIMEOUT, signal })) {
      if (!isWhole(saved)) {
        damaged++
      } else if (!this.#restoreOne(saved)) {
        isComplete = false

        break
      }
    }

    if (damaged > 0) {
      log.error('the store of what is to be announced has %d entries that are none', damaged)
    }

    return isComplete
  }

  #restoreOne ({ cid, kind, waited }: SavedProvide): boolean {
    const { queue, clock, loaded } = this.#components
    const isThere = isIdentity(cid) || this.#finished?.has(multihashKey(cid)) === true || queue.restore(cid, kind, clock.now() - waited) != null

    loaded()

    return isThere
  }

  /** Half of it is empty. */
  #hasRoom (): boolean {
    const { queue } = this.#components

    return [ProvideKind.Block, ProvideKind.Swept].every(kind => queue.roomFor(kind) > queue.capacityFor(kind) >> 1)
  }
}

function isWhole ({ cid, kind, waited }: SavedProvide): boolean {
  return cid?.multihash != null && Object.values(ProvideKind).includes(kind) && waited >= 0
}
