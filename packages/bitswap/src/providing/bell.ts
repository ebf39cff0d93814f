import { raceSignal } from '../core/timeout-signal.ts'

/** Wakes all that wait for something to have changed; they look for themselves what it was. */
export class Bell {
  #ringing: PromiseWithResolvers<void> | undefined

  /** Until the next ring, or rejects with the signal's reason. */
  async wait (signal: AbortSignal): Promise<void> {
    this.#ringing ??= Promise.withResolvers()
    await raceSignal(this.#ringing.promise, signal)
  }

  /** Costs nothing while nobody waits. */
  ring (): void {
    this.#ringing?.resolve()
    this.#ringing = undefined
  }
}
