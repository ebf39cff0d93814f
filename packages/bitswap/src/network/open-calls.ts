/**
 * Calls of our users that are under way: taken between `open` and `close`, and
 * all ended by the latter.
 *
 * Not for: time limits, or limits of how many; who calls has both.
 */
import type { AbortOptions } from '@libp2p/interface'
import { NotStartedError } from '../errors.ts'

export class OpenCalls {
  readonly #calls: Set<AbortController> = new Set()
  #open = false

  open (): void {
    this.#open = true
  }

  close (reason: Error): void {
    this.#open = false

    for (const call of [...this.#calls]) {
      call.abort(reason)
    }
  }

  /**
   * Does `work` with a controller that the caller's signal aborts too. However
   * `work` then fails, the call rejects with the reason of the abort.
   *
   * @throws NotStartedError when closed
   */
  async run<T> (options: AbortOptions, work: (call: AbortController) => Promise<T>): Promise<T> {
    const { signal } = options
    signal?.throwIfAborted()

    if (!this.#open) {
      throw new NotStartedError()
    }

    const call = new AbortController()
    const abort = (): void => { call.abort(signal?.reason) }

    signal?.addEventListener('abort', abort)
    this.#calls.add(call)

    try {
      return await work(call)
    } catch (error) {
      call.signal.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#calls.delete(call)
    }
  }
}
