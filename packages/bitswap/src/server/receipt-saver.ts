/**
 * Brings receipts from their store, once, and back there when they have changed:
 * after a while, and at the stop. In memory nothing depends on it.
 *
 * Limits: one call at a time, ten seconds each; no more receipts than are kept
 * of peers that left.
 */
import type { Logger } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import { inTime } from '../core/timeout-signal.ts'
import type { ServerOptions } from './options.ts'
import type { ReceiptStore } from './receipt-store.ts'
import type { Receipts } from './receipts.ts'

/** How long the store may take for one call, in milliseconds: a stop waits no longer. */
const TIMEOUT = 10_000

export interface ReceiptSaverComponents {
  clock: Clock
  log: Logger
  receipts: Pick<Receipts, 'restore' | 'latest'>
}

export type ReceiptSaverOptions = Pick<ServerOptions, 'receiptStore' | 'receiptSaveInterval' | 'maxReceiptsKept'>

export class ReceiptSaver {
  readonly #components: ReceiptSaverComponents
  readonly #options: ReceiptSaverOptions
  #started = false
  #loaded = false
  #changed = false
  #cancelTimer: Cancel | undefined
  /** What is under way; never rejects. */
  #working: Promise<void> = Promise.resolve()

  constructor (components: ReceiptSaverComponents, options: ReceiptSaverOptions) {
    this.#components = components
    this.#options = options
  }

  /** Begins to load what there is. Nobody waits for it. */
  start (): void {
    this.#started = true
    this.#work()
  }

  /** A receipt changed. Called for each block, so it must be cheap. */
  changed (): void {
    if (!this.#changed) {
      this.#changed = true
      this.#workLater()
    }
  }

  /** Begins to save what has changed. */
  stop (): void {
    this.#started = false
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#work()
  }

  /** Resolves when what is under way has ended, well or not. Undefined without a store. */
  whenSaved (): Promise<void> | undefined {
    return this.#options.receiptStore === false ? undefined : this.#working
  }

  #workLater (): void {
    const { receiptStore, receiptSaveInterval } = this.#options

    if (this.#started && receiptStore !== false) {
      this.#cancelTimer ??= this.#components.clock.timer(receiptSaveInterval, () => {
        this.#cancelTimer = undefined
        this.#work()
      })
    }
  }

  #work (): void {
    const { receiptStore } = this.#options

    if (receiptStore !== false) {
      this.#working = this.#working.then(async () => { await this.#loadAndSave(receiptStore) })
    }
  }

  async #loadAndSave (store: ReceiptStore): Promise<void> {
    try {
      if (!this.#loaded) {
        await this.#load(store)
      } else if (this.#changed) {
        await this.#save(store)
      }
    } catch (error) {
      this.#components.log.error('the store of receipts failed - %e', error)
      this.#workLater()
    }
  }

  /** Before that nothing is saved: it would take the place of what was not loaded. */
  async #load (store: ReceiptStore): Promise<void> {
    const { receipts, clock, log } = this.#components
    const skipped = receipts.restore(await inTime(clock, TIMEOUT, async signal => await store.load({ signal })), clock.now())

    this.#loaded = true

    if (skipped > 0) {
      log.error('the store of receipts has %d that are none', skipped)
    }

    if (!this.#started && this.#changed) { // stopped meanwhile
      await this.#save(store)
    }
  }

  async #save (store: ReceiptStore): Promise<void> {
    const { receipts, clock } = this.#components
    const latest = receipts.latest(this.#options.maxReceiptsKept, clock.now())

    this.#changed = false

    try {
      await inTime(clock, TIMEOUT, async signal => { await store.save(latest, { signal }) })
    } catch (error) {
      this.#changed = true

      throw error
    }
  }
}
