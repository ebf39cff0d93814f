/** In which order and company blocks are asked for, as in boxo's benchmark. */
import type { CID } from 'multiformats/cid'
import type { BlockSource } from 'ts-bitswap'

/** Handed each block that came. */
export type Take = (cid: CID, bytes: Uint8Array) => void

export type Fetch = (source: BlockSource, cids: readonly CID[], take: Take) => Promise<void>

async function one (source: BlockSource, cid: CID, take: Take): Promise<void> {
  take(cid, await source.getBlock(cid))
}

/** One call for all. */
export async function bigBatch (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  for await (const { cid, bytes } of source.getBlocks(cids)) {
    take(cid, bytes)
  }
}

/** The next when the last has come. */
export async function oneAtATime (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  for (const cid of cids) {
    await one(source, cid, take)
  }
}

/** One call for ten, the next ten when they have come. */
export async function batchBy10 (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  for (let i = 0; i < cids.length; i += 10) {
    await bigBatch(source, cids.slice(i, i + 10), take)
  }
}

/** A call for each, all at once. */
export async function allConcurrent (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  await Promise.all(cids.map(async cid => { await one(source, cid, take) }))
}

/** As a file is fetched: the root, the ten below it, and the rest. */
export async function unixfs (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  await oneAtATime(source, cids.slice(0, 1), take)
  await bigBatch(source, cids.slice(1, 11), take)
  await bigBatch(source, cids.slice(11), take)
}

/** As a large file is fetched: the first hundred as any file, then five calls for ten at a time. */
export async function unixfsLarge (source: BlockSource, cids: readonly CID[], take: Take): Promise<void> {
  await unixfs(source, cids.slice(0, 100), take)

  for (let i = 100; i < cids.length; i += 50) {
    const calls = [0, 10, 20, 30, 40].map(offset => cids.slice(i + offset, i + offset + 10))
    await Promise.all(calls.map(async call => { await bigBatch(source, call, take) }))
  }
}
