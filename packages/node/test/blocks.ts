/** Blocks for tests, the same in every run. */
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Block } from 'ts-bitswap'

/** Bytes that look like chance and are not: the same for the same seed. */
export function someBytes (size: number, seed: number = 1): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = seed >>> 0 || 1

  for (let index = 0; index < size; index++) {
    // xorshift, 32 bits
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }

  return bytes
}

export async function rawBlock (bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes }
}

export async function someBlock (size: number, seed?: number): Promise<Block> {
  return await rawBlock(someBytes(size, seed))
}
