/**
 * Sees to it that a graph is here as a whole: looks through it, and fetches what
 * is not here. A leaf without links is not read when it is here.
 *
 * Bounds: those of the walk (`files/walk-order.ts`), and 16 bytes and some for each
 * block of the graph.
 */
import { dagLinks } from '../files/dag-links.ts'
import { walkDag } from '../files/dag-walk.ts'
import { LocalSource } from '../node/block-source.ts'
import { KeySet } from '../store/key-set.ts'
import { isIdentity, mayLink } from './dag-closure.ts'
import type { WalkInit } from '../files/options.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { RepoBlockstore } from '../store/repo-blockstore.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

export interface FetchGraphOptions extends AbortOptions {
  /** All that is below it as well; true by default. */
  recursive?: boolean
  /** Where blocks come from that are not here, and are stored by; by default nowhere. */
  fetch?: BlockSource
  /** Reading ahead. */
  walk?: WalkInit
  /** Told of each block that is here, with how many there are so far. */
  onBlock?: (cid: CID, blocks: number) => void
}

const NOTHING = new Uint8Array(0)

/** @throws what `fetch` throws for a block that cannot be had; those that came stay */
export async function fetchGraph (root: CID, blockstore: RepoBlockstore, options: FetchGraphOptions): Promise<void> {
  const { recursive = true, fetch: source = new LocalSource(blockstore), walk = {}, signal, onBlock } = options
  const met = new KeySet()
  const isNew = (cid: CID): boolean => isIdentity(cid) || met.add(cid, cid.code)
  let blocks = 0

  const visits = walkDag<{ cid: CID }, CID>({ cid: root }, {
    read: async ({ cid }, ends) => {
      const isEnough = (!recursive || !mayLink(cid)) && await blockstore.has(cid, { signal: ends })

      return isEnough ? NOTHING : await source.read(cid, ends)
    },
    unfold: ({ cid }, bytes) => {
      const links = recursive && mayLink(cid) ? dagLinks(cid, bytes) : []

      return { value: cid, next: links.filter(isNew).map(link => ({ cid: link })) }
    }
  }, { ...walk, ...signal == null ? {} : { signal } })

  for await (const cid of visits) {
    blocks++
    onBlock?.(cid, blocks)
  }
}
