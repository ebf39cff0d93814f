/**
 * The blocks of a store that may well lack them: what is fetched is looked for
 * here first. A store that answers at once is asked whether it has a block before
 * it is asked for it: that costs next to nothing, while the error with which it
 * says that it lacks one takes longer than all else that is done for a small block.
 * Others are asked once, not twice.
 */
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { detach } from './detach.ts'
import { readBlock } from './read-block.ts'

export class LocalBlocks {
  readonly #store: Pick<Blockstore, 'has' | 'get'>
  readonly #log: Logger
  /** False once it has not. */
  #answersAtOnce = true

  constructor (store: Pick<Blockstore, 'has' | 'get'>, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** As {@link readBlock}. */
  read (cid: CID, options?: AbortOptions): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return this.#answersAtOnce && this.#lacks(cid) ? undefined : readBlock(this.#store, cid, options)
  }

  #lacks (cid: CID): boolean {
    const isHere = this.#store.has(cid)

    if (typeof isHere === 'boolean') {
      return !isHere
    }

    this.#answersAtOnce = false
    detach(Promise.resolve(isHere).then(() => {}), this.#log, 'asking the block store')

    return false
  }
}
