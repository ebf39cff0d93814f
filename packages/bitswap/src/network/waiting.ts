/**
 * Waiting that always ends: by itself, by a deadline, or because whoever waits
 * is told to stop. Leaves no timer behind in any of these cases.
 */
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { fairTimer } from '../core/fair-timer.ts'

interface Wait {
  stop (error: Error): void
}

export class Waiting {
  readonly #clock: Clock
  /** Undefined while nothing is waited for: that is how it is with idle peers. */
  #waits: Set<Wait> | undefined

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /**
   * Runs `work` with a signal that aborts after `timeout` milliseconds, with
   * what `late` returns; twice as many when nothing could run meanwhile. It is up to `work` to mind the signal.
   */
  async within<T> (timeout: number, late: () => Error, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const cancel = fairTimer(this.#clock, timeout, () => { controller.abort(late()) })

    return await this.#wait(controller, cancel, work)
  }

  /** Lets time pass. */
  async pause (delay: number): Promise<void> {
    await this.#wait(new AbortController(), () => {}, async signal => { await sleep(this.#clock, delay, signal) })
  }

  /** Ends all that is being waited for now; it rejects with the error. */
  stop (error: Error): void {
    for (const wait of [...this.#waits ?? []]) {
      wait.stop(error)
    }
  }

  async #wait<T> (controller: AbortController, cancel: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const wait: Wait = {
      stop: error => {
        cancel()
        controller.abort(error)
      }
    }
    const waits = this.#waits ?? new Set<Wait>()

    waits.add(wait)
    this.#waits = waits

    try {
      return await work(controller.signal)
    } finally {
      waits.delete(wait)
      cancel()

      if (waits.size === 0 && this.#waits === waits) {
        this.#waits = undefined
      }
    }
  }
}
