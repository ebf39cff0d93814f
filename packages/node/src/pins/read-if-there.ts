import type { RepoBlockstore } from '../store/repo-blockstore.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

/**
 * A block for looking at its links: undefined when it is not here or damaged.
 * No use of it: looking through pins keeps nothing from being collected.
 *
 * @throws what else reading fails with
 */
export async function readIfThere (blockstore: Pick<RepoBlockstore, 'peek'>, cid: CID, options?: AbortOptions): Promise<Uint8Array | undefined> {
  try {
    return await blockstore.peek(cid, options)
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') {
      return undefined
    }

    throw error
  }
}
