/** A chain of dag-cbor blocks: each links to the next, and nothing else does. */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { randomBytes } from './data.ts'
import type { Kubo } from './kubo.ts'

/** A block of a chain, decoded. */
export interface Link {
  next: CID | null
}

export interface ChainInit {
  blocks: number
  /** Bytes of payload in each. */
  size: number
  seed: number
}

/** Hands over the blocks of a chain, last block first, to be stored. @returns the CID of its head */
export async function buildChain ({ blocks, size, seed }: ChainInit, put: (bytes: Uint8Array) => Promise<CID>): Promise<string> {
  const payload = randomBytes(size, seed)
  let head: CID | null = null

  for (let index = blocks - 1; index >= 0; index--) {
    head = await put(dagCbor.encode({ index, payload, next: head }))
  }

  return String(head)
}

/** Stores a chain in a Kubo. @returns the CID of its head */
export async function addChain (kubo: Kubo, init: ChainInit): Promise<string> {
  return await buildChain(init, async bytes => CID.parse(await kubo.putBlock(bytes, 'dag-cbor')))
}
