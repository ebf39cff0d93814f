/** Blocks that users add, or have put into the store themselves. */
import type { AbortOptions } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { isIdentity } from './core/known-block.ts'
import type { Block } from './message/message.ts'

export class Additions {
  readonly #blockstore: Pick<Blockstore, 'has' | 'put'>
  readonly #added: (cid: CID, bytes?: Uint8Array) => void

  /** @param added - told of each block that was not there before, when it is */
  constructor (blockstore: Pick<Blockstore, 'has' | 'put'>, added: (cid: CID, bytes?: Uint8Array) => void) {
    this.#blockstore = blockstore
    this.#added = added
  }

  async add ({ cid, bytes }: Block, options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()

    if (isIdentity(cid) || await this.#blockstore.has(cid, options)) {
      return
    }

    await this.#blockstore.put(cid, bytes, options)
    this.#added(cid, bytes)
  }

  async addAll (blocks: Iterable<Block> | AsyncIterable<Block>, options?: AbortOptions): Promise<void> {
    for await (const block of blocks) {
      await this.add(block, options)
    }
  }

  /** These are in the store. */
  notify (cids: Iterable<CID>): void {
    for (const cid of cids) {
      this.#added(cid)
    }
  }
}
