import type { Clock } from 'ts-bitswap'

/** Resolves after `delay` milliseconds of the clock; rejects with `signal.reason` when aborted first. */
export async function pause (clock: Clock, delay: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()

  await new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.timer(delay, () => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    })

    signal?.addEventListener('abort', aborted, { once: true })
  })
}
