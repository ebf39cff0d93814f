/** A repo in memory with graphs in it, for tests of pins and garbage. */
import * as dagPb from '@ipld/dag-pb'
import { MemoryDatastore } from 'datastore-core/memory'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { Pins } from '../src/pins/pins.ts'
import { MemoryBlocks } from '../src/store/memory-blocks.ts'
import { resolveStoreOptions } from '../src/store/options.ts'
import { RepoBlockstore } from '../src/store/repo-blockstore.ts'
import { someBlock } from './blocks.ts'
import type { StoreInit } from '../src/store/options.ts'
import type { Block } from 'ts-bitswap'

export interface Graph {
  root: CID
  /** The root, then all that is below it. */
  blocks: Block[]
}

export class PinnedRepo {
  readonly folder: MemoryBlocks
  readonly datastore: MemoryDatastore = new MemoryDatastore()
  readonly blockstore: RepoBlockstore
  readonly pins: Pins

  constructor (folder: MemoryBlocks = new MemoryBlocks(), init: StoreInit = {}) {
    this.folder = folder
    this.blockstore = new RepoBlockstore({ folder, datastore: this.datastore }, resolveStoreOptions(init))
    this.pins = new Pins(this)
  }

  async put (...blocks: Block[]): Promise<void> {
    for (const { cid, bytes } of blocks) {
      await this.blockstore.put(cid, bytes)
    }
  }

  /** Those of the blocks that are here, without this being a use of them. */
  async here (blocks: readonly Block[]): Promise<Block[]> {
    const found = await Promise.all(blocks.map(async ({ cid }) => await this.folder.storedSize(cid) != null))

    return blocks.filter((_, index) => found[index])
  }
}

/** A block that links to others. */
export async function linking (...links: CID[]): Promise<Block> {
  const bytes = dagPb.encode({ Links: links.map((Hash, index) => ({ Name: String(index).padStart(4, '0'), Hash, Tsize: 1 })) })

  return { cid: CID.createV1(dagPb.code, await sha256.digest(bytes)), bytes }
}

/** A root over two blocks, each over leaves of its own. */
export async function someGraph (seed: number, leaves: number = 2): Promise<Graph> {
  const left = await Promise.all(Array.from({ length: leaves }, async (_, index) => await someBlock(50, seed * 1_000 + index)))
  const right = await Promise.all(Array.from({ length: leaves }, async (_, index) => await someBlock(50, seed * 1_000 + 500 + index)))
  const middle = [await linking(...left.map(({ cid }) => cid)), await linking(...right.map(({ cid }) => cid))]
  const root = await linking(...middle.map(({ cid }) => cid))

  return { root: root.cid, blocks: [root, ...middle, ...left, ...right] }
}

export function cidsOf (blocks: readonly Block[]): string[] {
  return blocks.map(({ cid }) => cid.toString()).sort()
}
