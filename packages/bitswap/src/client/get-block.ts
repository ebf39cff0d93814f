/** One block for one caller: the local store first, then peers. */
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import { multihashKey } from '../core/cid-map.ts'
import { BlockTooLargeError } from '../errors.ts'
import type { Retrieval, Retrievals } from './retrievals.ts'
import type { SessionState } from './session-state.ts'
import type { Waiter } from './waiters.ts'

/**
 * The waiter is registered before the store is asked, so that a block which
 * comes in between is not missed. However it ends, nothing of it is left.
 *
 * Of a call that waits this one frame is kept, and its waiter: there may be tens
 * of thousands.
 *
 * @param begin - called at once; what it throws the caller gets
 */
export async function getBlock (retrievals: Retrievals, cid: CID, begin: () => Retrieval): Promise<Uint8Array> {
  const key = multihashKey(cid) // throws, of what is no CID, before anything has begun
  const waiter = new BlockWaiter(cid, begin())
  const { options, ended } = waiter.retrieval
  const abort = options.signal == null ? undefined : () => { waiter.failed(options.signal?.reason as Error) }

  options.signal?.addEventListener('abort', abort as () => void, { once: true })
  retrievals.waiters.add(key, waiter)

  try {
    const read = retrievals.read(cid, options.signal)
    // a store that takes its time keeps nobody waiting who has aborted, or whose block has come
    const local = read instanceof Promise ? await Promise.race([waiter.block, read]) : read

    if (local != null) {
      return checkSize(cid, local, options.maxSize)
    }

    if (!waiter.isDone) {
      options.onProgress?.(new CustomProgressEvent('bitswap:want', cid))
    }

    // whoever is told may have aborted at once
    if (!waiter.isDone) {
      retrievals.want(key, waiter, options.priority)
    }

    return await waiter.block
  } finally {
    waiter.block.catch(() => undefined) // nobody is left who would hear it
    options.signal?.removeEventListener('abort', abort as () => void)
    retrievals.leave(key, waiter)
    options.onProgress?.(new CustomProgressEvent('bitswap:unwant', cid))
    ended()
  }
}

class BlockWaiter implements Waiter {
  readonly cid: CID
  readonly retrieval: Retrieval
  readonly block: Promise<Uint8Array>
  isDone = false
  readonly #resolve: (bytes: Uint8Array) => void
  readonly #reject: (error: Error) => void

  constructor (cid: CID, retrieval: Retrieval) {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()

    this.cid = cid
    this.retrieval = retrieval
    this.block = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  get session (): SessionState {
    return this.retrieval.session
  }

  get maxSize (): number {
    return this.retrieval.options.maxSize
  }

  get failFast (): boolean {
    return this.retrieval.options.failFast
  }

  get onlyProviders (): boolean {
    return this.retrieval.options.onlyProviders
  }

  get onProgress (): Waiter['onProgress'] {
    return this.retrieval.options.onProgress
  }

  arrived (bytes: Uint8Array): void {
    this.isDone = true
    this.#resolve(bytes)
  }

  failed (error: Error): void {
    this.isDone = true
    this.#reject(error)
  }
}

/** @throws BlockTooLargeError */
export function checkSize (cid: CID, bytes: Uint8Array, maxSize: number): Uint8Array {
  if (bytes.length > maxSize) {
    throw new BlockTooLargeError(cid, bytes.length, maxSize)
  }

  return bytes
}
