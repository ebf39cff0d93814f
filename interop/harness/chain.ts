/** A chain of dag-cbor blocks in a Kubo: each links to the next, and nothing else does. */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { randomBytes } from './data.ts'
import type { Kubo } from './kubo.ts'

export interface ChainInit {
  blocks: number
  /** Bytes of payload in each. */
  size: number
  seed: number
}

/** Stores the chain, last block first. @returns the CID of its head */
export async function addChain (kubo: Kubo, { blocks, size, seed }: ChainInit): Promise<string> {
  const payload = randomBytes(size, seed)
  let head: CID | null = null

  for (let index = blocks - 1; index >= 0; index--) {
    const cid = await kubo.putBlock(dagCbor.encode({ index, payload, next: head }), 'dag-cbor')
    head = CID.parse(cid)
  }

  return String(head)
}
