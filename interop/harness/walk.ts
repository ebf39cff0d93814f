/** Walks over everything below a block, one level after the other, all blocks of a level at once. */
import * as dagPb from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'

export type Came = (cid: CID, bytes: Uint8Array) => void

/** Fetches blocks and hands over each as it comes, in whatever order. */
export type FetchAll = (cids: CID[], came: Came) => Promise<void>

/** @returns bytes of all blocks with data: those that are not dag-pb */
export async function walkLevels (root: CID, fetchAll: FetchAll): Promise<number> {
  const seen = new Set<string>()
  let size = 0

  for (let level = [root], next: CID[] = []; level.length > 0; level = next, next = []) {
    await fetchAll(level, (cid, bytes) => {
      if (cid.code !== dagPb.code) {
        size += bytes.length

        return
      }

      for (const { Hash: link } of dagPb.decode(bytes).Links) {
        if (!seen.has(link.toString())) {
          seen.add(link.toString())
          next.push(link)
        }
      }
    })
  }

  return size
}

/** Each by itself, so many at a time. */
export async function inParallel (cids: readonly CID[], limit: number, fetch: (cid: CID) => Promise<void>): Promise<void> {
  const left = cids.values()

  await Promise.all(Array.from({ length: limit }, async () => {
    for (const cid of left) {
      await fetch(cid)
    }
  }))
}
