/**
 * DAGs of blocks that follow from a seed: files as UnixFS lays them out, and
 * chains. Real dag-pb, so that anybody's walker can walk them.
 */
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { multihashKey } from '../core/cid-map.ts'
import type { Block } from '../message/message.ts'
import { encodeNode, encodeUnixfsFile } from './dag-pb.ts'
import type { Link } from './dag-pb.ts'
import { randomBlocks } from './random-blocks.ts'

const DAG_PB = 0x70

export interface Dag {
  root: CID
  /** The root first, then level by level. */
  blocks: Block[]
  /** Which blocks a block names. Of one that is not of this DAG: none. */
  children: (cid: CID) => readonly CID[]
}

export interface FileDagInit {
  /** @default 1 */
  seed?: number
  /**
   * Leaves, as raw blocks.
   *
   * @default 100
   */
  leaves?: number
  /**
   * Bytes in each leaf.
   *
   * @default 8000
   */
  leafSize?: number
  /**
   * Links in each inner block at the most. (Kubo: 174 or 1024.)
   *
   * @default 174
   */
  fanout?: number
}

export interface ChainDagInit {
  /** @default 1 */
  seed?: number
  /** @default 100 */
  length?: number
  /**
   * Bytes in each block, besides the link.
   *
   * @default 2000
   */
  size?: number
}

interface Built extends Link {
  block: Block
  /** Bytes of the file below it. */
  fileSize: number
}

/** A file of raw leaves under a balanced tree. */
export async function fileDag (init: FileDagInit = {}): Promise<Dag> {
  const { seed = 1, leaves = 100, leafSize = 8000, fanout = 174 } = init
  const children = new Map<string, CID[]>()
  let level: Built[] = (await randomBlocks(leaves, { seed, size: leafSize })).map(block => ({ block, cid: block.cid, size: block.bytes.length, fileSize: block.bytes.length }))
  const levels = [level]

  while (level.length > 1) {
    const above: Built[] = []

    for (let i = 0; i < level.length; i += fanout) {
      above.push(await parentOf(level.slice(i, i + fanout), children))
    }

    level = above
    levels.unshift(level)
  }

  return dag(levels.flat().map(({ block }) => block), children)
}

/** Blocks of which each names the next. */
export async function chainDag (init: ChainDagInit = {}): Promise<Dag> {
  const { seed = 1, length = 100, size = 2000 } = init
  const children = new Map<string, CID[]>()
  const contents = await randomBlocks(length, { seed, size })
  const blocks: Block[] = []
  let next: Link | undefined

  for (const { bytes } of contents.toReversed()) {
    const links: Link[] = next == null ? [] : [next]
    const block = await toBlock(encodeNode(links, bytes))

    children.set(multihashKey(block.cid), links.map(({ cid }) => cid))
    blocks.unshift(block)
    next = { cid: block.cid, size: block.bytes.length + (next?.size ?? 0) }
  }

  return dag(blocks, children)
}

async function parentOf (below: Built[], children: Map<string, CID[]>): Promise<Built> {
  const sizes = below.map(({ fileSize }) => fileSize)
  const block = await toBlock(encodeNode(below, encodeUnixfsFile(sizes)))

  children.set(multihashKey(block.cid), below.map(({ cid }) => cid))

  return {
    block,
    cid: block.cid,
    size: below.reduce((sum, { size }) => sum + size, block.bytes.length),
    fileSize: sizes.reduce((sum, size) => sum + size, 0)
  }
}

async function toBlock (bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(DAG_PB, await sha256.digest(bytes)), bytes }
}

function dag (blocks: Block[], children: Map<string, CID[]>): Dag {
  const [root] = blocks

  if (root == null) {
    throw new RangeError('a DAG has at least one block')
  }

  return { root: root.cid, blocks, children: cid => children.get(multihashKey(cid)) ?? [] }
}
