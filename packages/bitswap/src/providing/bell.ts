/** Wakes all that wait for something to have changed; they look for themselves what it was. */
export class Bell {
  #ringing: PromiseWithResolvers<void> | undefined

  /** Until the next ring, or rejects with the signal's reason. */
  async wait (signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()

    this.#ringing ??= Promise.withResolvers()

    const { promise } = this.#ringing
    const ring = (): void => { this.ring() }

    signal.addEventListener('abort', ring, { once: true })

    try {
      await promise
      signal.throwIfAborted()
    } finally {
      signal.removeEventListener('abort', ring)
    }
  }

  /** Costs nothing while nobody waits. */
  ring (): void {
    this.#ringing?.resolve()
    this.#ringing = undefined
  }
}
