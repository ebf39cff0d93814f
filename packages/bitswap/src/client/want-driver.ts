/**
 * Carries out what the {@link WantPlanner} decides: wakes senders, starts and
 * cancels searches, rejects callers that would rather fail than wait, and owns
 * the one timer. `apply` is to be called after every fact given to the planner;
 * several facts may share one call.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { isLate } from '../core/fair-timer.ts'
import type { WantStep } from '../events.ts'
import type { FailFast } from './fail-fast.ts'
import type { ProviderSearch } from './provider-search.ts'
import type { SessionState } from './session-state.ts'
import type { WantPlanner } from './want-planner.ts'
import { progressOf } from './want-progress.ts'
import { WantState } from './want.ts'
import type { Effects, Want } from './want.ts'
import type { Waiter, Waiters } from './waiters.ts'

export interface WantDriverComponents {
  planner: WantPlanner
  waiters: Waiters
  failFast: FailFast
  search: ProviderSearch | undefined
  clock: Clock
  log: Logger
  /** When this peer was last in the middle of saying something. */
  heardAt: (peer: PeerId) => number
  sender: { wake (peer: PeerId, lane: 'wants'): void }
}

export class WantDriver {
  readonly #components: WantDriverComponents
  #timer: { at: number, cancel: Cancel } | undefined

  constructor (components: WantDriverComponents) {
    this.#components = components
  }

  /** When the timer goes off; undefined while none is set. */
  get dueAt (): number | undefined {
    return this.#timer?.at
  }

  apply (): void {
    const { planner } = this.#components

    // what is carried out may lead to more: who fails fast wants no more, and that is to be said too
    for (let effects = planner.takeEffects(); effects != null; effects = planner.takeEffects()) {
      this.#carryOut(effects)
    }

    this.#arm()
  }

  /** A caller has come for this want. When it is waited for already, whoever came before hears of it no second time. */
  joined (want: Want, { cid, failFast, onProgress }: Waiter): void {
    const { planner: { board }, clock } = this.#components

    if (want.state === WantState.Waiting && !board.histories.hasFreshOf(want)) {
      onProgress?.(progressOf(cid, want, { step: 'waiting', waitsFor: 'refresh', askAgainIn: Math.max(0, (want.refreshAt ?? 0) - clock.now()) }))
    }

    if (failFast && want.state === WantState.Waiting) {
      this.failUnavailable(want)
    }

    this.apply()
  }

  #carryOut ({ wake, search, cancelSearch, unavailable, steps }: Effects): void {
    const { sender } = this.#components

    for (const peer of wake) {
      sender.wake(peer.peer, 'wants')
    }

    for (const want of cancelSearch) {
      this.#components.search?.cancel(want.key)
    }

    // before those who fail fast are gone
    for (const [want, step] of steps) {
      this.#tell(want, step)
    }

    for (const want of search) {
      if (want.state !== WantState.Over) {
        this.#startSearch(want)
      }
    }

    for (const want of unavailable) {
      this.failUnavailable(want)
    }
  }

  /** Forgets what was decided, and stops the timer and all searches. */
  stop (): void {
    this.#components.search?.stop()
    this.#components.planner.takeEffects()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Nobody is left whom this want could be had from, which some callers are to be told. */
  failUnavailable (want: Want): void {
    const later = this.#components.failFast.unavailable(want, sessions => {
      for (const session of sessions) {
        this.dropUnwaited(want, session)
      }
    })

    if (later != null) {
      detach(later.then(() => { this.apply() }), this.#components.log, 'failing fast')
    }
  }

  /** Takes a want from a session none of whose callers waits for it any more. */
  dropUnwaited (want: Want, session: SessionState): void {
    const { planner, waiters, clock } = this.#components

    if (want.sessions.has(session) && !waiters.hasOf(session, want.key)) {
      planner.unwanted(session, want, clock.now())
    }
  }

  /** Callers who listen hear of it. Whoever wants it anew since is none of them. */
  #tell (want: Want, step: WantStep): void {
    const waiters = want.state === WantState.Over ? [] : this.#components.waiters.of(want.key)

    for (const { cid, onProgress } of waiters) {
      onProgress?.(progressOf(cid, want, step))
    }
  }

  #startSearch (want: Want): void {
    const { planner, search, clock } = this.#components

    // whoever was told may have cancelled it at once, and wanted it again
    if (search == null || want.search !== 'running' || search.has(want.key)) {
      return
    }

    search.start(want.key, want.cid, {
      found: provider => {
        planner.found.providerFound(want, provider, clock.now())
        this.apply()
      },
      lacks: provider => planner.found.isRefusedBy(want, provider),
      unreachable: provider => {
        planner.found.providerUnreachable(want, provider, clock.now())
        this.apply()
      },
      ended: () => {
        planner.found.searchEnded(want, clock.now())
        this.apply()
      }
    })
  }

  /** Sees to it that the planner is asked again in time; too early does no harm. */
  #arm (): void {
    const { planner, clock } = this.#components
    const at = planner.nextDeadline()

    if (at == null || (this.#timer != null && this.#timer.at <= at)) {
      return
    }

    this.#timer?.cancel()
    this.#timer = {
      at,
      cancel: clock.timer(at - clock.now(), () => { this.#ring(at) })
    }
  }

  /** Timers go before what waits to be read: that is let in first, so that nobody is silent who has spoken. */
  #ring (at: number): void {
    const { planner, clock, heardAt } = this.#components
    const late = isLate(clock, at)

    this.#timer = {
      at,
      cancel: clock.soon(() => {
        this.#timer = undefined
        planner.tick(clock.now(), heardAt, late)
        this.apply()
      })
    }
  }
}
