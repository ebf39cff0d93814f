/** The store alone: what fetching from disk to disk costs without the network. */
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { hash } from 'node:crypto'
import { openRepo } from 'ts-bitswap-node'
import { inParallel } from '../../interop/harness/walk.ts'
import { timed } from '../../interop/harness/ways.ts'
import type { Fetched } from '../../interop/harness/ways.ts'

/** Blocks under way at once: enough for any disk. */
const PARALLEL = 16

/** Reads each block, which hashes it where that store does so, hashes it as one who fetches would, and puts it into a new repo. */
export async function copyBlocks (from: Blockstore, to: string, cids: readonly CID[]): Promise<Fetched> {
  const repo = await openRepo(to)
  let size = 0

  try {
    return await timed(async () => {
      await inParallel(cids, PARALLEL, async cid => {
        for await (const bytes of from.get(cid)) {
          hash('sha256', bytes, 'buffer')
          await repo.blockstore.put(cid, bytes)
          size += bytes.length
        }
      })

      return size
    })
  } finally {
    await repo.close()
  }
}
