/** One block for one caller: the local store first, then peers. */
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import type { GetOptions } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import { BlockTooLargeError } from '../errors.ts'
import type { GetDefaults, Retrievals } from './retrievals.ts'
import type { SessionState } from './session-state.ts'
import type { Waiter } from './waiters.ts'

/**
 * The waiter is registered before the store is asked, so that a block which
 * comes in between is not missed. However it ends, nothing of it is left.
 */
export async function getBlock (retrievals: Retrievals, session: SessionState, cid: CID, options: GetOptions & GetDefaults): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const key = multihashKey(cid)
  let done = false
  const waiter: Waiter = {
    cid,
    session,
    maxSize: options.maxSize,
    failFast: options.failFast,
    onlyProviders: options.onlyProviders,
    onProgress: options.onProgress,
    arrived: bytes => {
      done = true
      resolve(bytes)
    },
    failed: error => {
      done = true
      reject(error)
    }
  }
  const abort = (): void => { waiter.failed(options.signal?.reason as Error) }

  options.signal?.throwIfAborted()
  options.signal?.addEventListener('abort', abort, { once: true })
  retrievals.waiters.add(key, waiter)

  try {
    const read = retrievals.read(cid, options.signal)
    // a store that takes its time keeps nobody waiting who has aborted, or whose block has come
    const local = read instanceof Promise ? await Promise.race([promise, read]) : read

    if (local != null) {
      return checkSize(cid, local, options.maxSize)
    }

    if (!done) {
      options.onProgress?.(new CustomProgressEvent('bitswap:want', cid))
    }

    // whoever is told may have aborted at once
    if (!done) {
      retrievals.want(key, waiter, options.priority)
    }

    return await promise
  } finally {
    promise.catch(() => undefined) // nobody is left who would hear it
    options.signal?.removeEventListener('abort', abort)
    retrievals.leave(key, waiter)
    options.onProgress?.(new CustomProgressEvent('bitswap:unwant', cid))
  }
}

/** @throws BlockTooLargeError */
export function checkSize (cid: CID, bytes: Uint8Array, maxSize: number): Uint8Array {
  if (bytes.length > maxSize) {
    throw new BlockTooLargeError(cid, bytes.length, maxSize)
  }

  return bytes
}
