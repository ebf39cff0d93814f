/**
 * The time of one virtual node. It goes as the network's does, but can jump
 * ahead (a machine that slept), stand still for a while (a process that is not
 * given the processor), and end (a crash: nothing of the node runs any more).
 */
import type { Cancel, Clock } from '../../core/clock.ts'

interface Scheduled {
  callback: () => void
  /** On this clock; undefined for `soon`. */
  at: number | undefined
  /** Takes it back from the network's clock; undefined while this clock stands still. */
  cancel: Cancel | undefined
}

export class NodeClock implements Clock {
  readonly #base: Clock
  readonly #onStep: () => void
  /** In the order in which they were set. */
  readonly #scheduled: Set<Scheduled> = new Set()
  #ahead = 0
  /** When the clock was last set, on the network's. */
  #setAt = -1
  #stoppedAt: number | undefined
  #dead = false

  /** @param onStep - told before each callback: something of this node runs */
  constructor (base: Clock, onStep: () => void = () => {}) {
    this.#base = base
    this.#onStep = onStep
  }

  /** Timers and `soon` callbacks that have neither run nor been cancelled. */
  get pending (): number {
    return this.#scheduled.size
  }

  /** It was set in this instant: what came due meanwhile may not have run yet. */
  get isCatchingUp (): boolean {
    return this.#base.now() === this.#setAt
  }

  now (): number {
    return this.#stoppedAt ?? this.#base.now() + this.#ahead
  }

  timer (delay: number, callback: () => void): Cancel {
    return this.#schedule({ callback, at: this.now() + Math.max(0, delay), cancel: undefined })
  }

  soon (callback: () => void): Cancel {
    return this.#schedule({ callback, at: undefined, cancel: undefined })
  }

  /** It is `duration` milliseconds later at once; what came due meanwhile runs now. */
  jump (duration: number): void {
    this.#ahead += Math.max(0, duration)
    this.#reschedule()
  }

  /** Nothing runs, and no time passes here, until the returned function is called; then the time is right again. */
  stop (): () => void {
    if (this.#stoppedAt != null || this.#dead) {
      return () => {}
    }

    this.#stoppedAt = this.now()

    for (const scheduled of this.#scheduled) {
      scheduled.cancel?.()
      scheduled.cancel = undefined
    }

    return () => {
      if (this.#stoppedAt != null) {
        this.#stoppedAt = undefined
        this.#reschedule()
      }
    }
  }

  /** Nothing that was set runs any more, and nothing that will be. */
  end (): void {
    this.#dead = true

    for (const { cancel } of this.#scheduled) {
      cancel?.()
    }

    this.#scheduled.clear()
  }

  #schedule (scheduled: Scheduled): Cancel {
    if (this.#dead) {
      return () => {}
    }

    this.#scheduled.add(scheduled)
    this.#arm(scheduled)

    return () => {
      this.#scheduled.delete(scheduled)
      scheduled.cancel?.()
    }
  }

  /** In the order in which they are due: several may be by now. */
  #reschedule (): void {
    this.#setAt = this.#base.now()
    const inOrder = [...this.#scheduled].sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity))

    for (const scheduled of inOrder) {
      scheduled.cancel?.()
      this.#arm(scheduled)
    }
  }

  #arm (scheduled: Scheduled): void {
    if (this.#stoppedAt != null) {
      return
    }

    const run = (): void => {
      this.#scheduled.delete(scheduled)
      this.#onStep()
      scheduled.callback()
    }

    scheduled.cancel = scheduled.at == null ? this.#base.soon(run) : this.#base.timer(scheduled.at - this.now(), run)
  }
}
