/**
 * Brings all that is listed into the queue, once in an interval, a slice at a
 * time: see `sweep-plan.ts` for what is due when. The list is gone through once
 * for each slice, or for as much as there is room for. What of it is queued is
 * kept together with the place of the sweep, before any of it is announced.
 *
 * Limits: 32768 CIDs at a time, and half of what the queue holds. When there is
 * no room the sweep waits, and goes on where it was.
 */
import type { Logger } from '@libp2p/interface'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { isIdentity } from '../core/known-block.ts'
import { raceSignal } from '../core/timeout-signal.ts'
import type { Bell } from './bell.ts'
import type { ProvideKeys } from './options.ts'
import type { ProvideQueue } from './provide-queue.ts'
import type { ProvideSaver } from './provide-saver.ts'
import { ProvideKind } from './provide-store.ts'
import { SweepPick } from './sweep-pick.ts'
import type { SweepPlan, SweepRange } from './sweep-plan.ts'
import { watched } from './watched.ts'

/** Written at once: some megabytes. */
const MAX_PICKED = 32_768

/** How long the list may take for one step, in milliseconds. */
const TIMEOUT = 60_000

/** After the list failed; twice as long each time. */
const FIRST_WAIT = 10_000
const MAX_WAIT = 600_000

export interface ReproviderComponents {
  keys: ProvideKeys
  queue: ProvideQueue
  saver: ProvideSaver | undefined
  clock: Clock
  log: Logger
  /** Rings when the queue has room. */
  room: Bell
  /** There is something in the queue. */
  queued: () => void
  /** Something was kept that had no room in the queue. */
  overflowed: () => void
}

export class Reprovider {
  readonly #components: ReproviderComponents
  readonly #plan: SweepPlan
  /** Those that had no room, because their digests begin alike. */
  #dropped = 0

  constructor (components: ReproviderComponents, plan: SweepPlan) {
    this.#components = components
    this.#plan = plan
  }

  get dropped (): number {
    return this.#dropped
  }

  get progress (): number {
    return this.#plan.progress
  }

  /** See {@link SweepPlan.behind}. */
  behind (waited: number): number {
    return this.#plan.behind(waited, this.#components.clock.now())
  }

  /** Until the signal aborts, whose reason it throws. */
  async run (signal: AbortSignal): Promise<never> {
    const { clock, log, room } = this.#components
    let wait = FIRST_WAIT

    for (;;) {
      const now = clock.now()
      const range = this.#plan.due(now)

      if (range == null) {
        await sleep(clock, this.#plan.nextAt(now) - now, signal)
      } else if (!this.#hasRoom()) {
        await room.wait(signal)
      } else {
        try {
          await this.#sweep(range, signal)
          wait = FIRST_WAIT
        } catch (error) {
          signal.throwIfAborted()
          log.error('what is to be announced again could not be listed, it is tried again - %e', error)
          await sleep(clock, wait, signal)
          wait = Math.min(2 * wait, MAX_WAIT)
        }
      }
    }
  }

  async #sweep (range: SweepRange, signal: AbortSignal): Promise<void> {
    const { queue, saver, overflowed, queued } = this.#components
    const pick = await this.#pick(range, signal)
    const entries = pick.takeAll()
    const { length } = pick

    saver?.sweep({ entries, place: this.#plan.placeAfter(length) })

    if (saver != null) {
      await raceSignal(saver.whenTried(), signal) // after a stop it does not go on beside the one of the next start
    }

    this.#plan.advance(length)

    const left = entries.filter(entry => !queue.addSwept(entry))

    if (left.length > 0) {
      overflowed()
    }

    queued()
  }

  async #pick (range: SweepRange, signal: AbortSignal): Promise<SweepPick> {
    const { keys, queue, clock } = this.#components
    const pick = new SweepPick(range, Math.min(MAX_PICKED, queue.roomFor(ProvideKind.Swept)), clock.now())

    for await (const cid of watched(keys({ signal }), { clock, timeout: TIMEOUT, signal })) {
      if (pick.takes(cid) && !isIdentity(cid) && !queue.has(cid)) {
        pick.add(cid)
      }
    }

    this.#dropped += pick.dropped

    return pick
  }

  /** Enough for a list to be worth it. */
  #hasRoom (): boolean {
    const { queue } = this.#components
    const half = queue.capacityFor(ProvideKind.Swept) >> 1

    return queue.roomFor(ProvideKind.Swept) >= Math.max(1, Math.min(half, MAX_PICKED))
  }
}
