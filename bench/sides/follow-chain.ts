/** Walks along a chain of blocks, each of which names the next. */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import type { Link } from '../../interop/harness/chain.ts'

/** A stretch of the way. */
export interface Stretch {
  blocks: number
  seconds: number
  /** Where the next one begins; undefined at the end of the chain. */
  next: string | undefined
}

/** Gets `blocks` blocks one after the other, or fewer if the chain ends before. */
export async function followChain (from: string, blocks: number, get: (cid: CID) => Promise<Uint8Array>): Promise<Stretch> {
  const start = performance.now()
  let next: CID | null = CID.parse(from)
  let done = 0

  while (next != null && done < blocks) {
    const link: Link = dagCbor.decode(await get(next))

    next = link.next
    done++
  }

  return { blocks: done, seconds: (performance.now() - start) / 1000, next: next?.toString() }
}
