/** Blocks that follow from a seed: the same everywhere, unlike each other. */
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'
import { SeededRandom } from '../core/random.ts'
import type { Block } from '../message/message.ts'

export interface RandomBlocksInit {
  /** @default 1 */
  seed?: number
  /**
   * Bytes in each.
   *
   * @default 1024
   */
  size?: number
}

/** Raw blocks under CIDv1. Costs about 10 ns and one hash a byte. */
export async function randomBlocks (count: number, init: RandomBlocksInit = {}): Promise<Block[]> {
  const random = new SeededRandom(init.seed ?? 1)
  const blocks: Block[] = []

  for (let i = 0; i < count; i++) {
    const bytes = random.fillBytes(new Uint8Array(init.size ?? 1024))
    blocks.push({ cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes })
  }

  return blocks
}

/** The name of a block that nobody has, or can make. */
export function randomCid (random: SeededRandom): CID {
  return CID.createV1(raw.code, create(sha256.code, random.fillBytes(new Uint8Array(32))))
}
