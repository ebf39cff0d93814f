import type { AbortOptions } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'

/** What a repo needs of the store its blocks lie in. */
export interface BlockFolder extends Blockstore {
  readonly path: string
  cids: (options?: AbortOptions) => AsyncGenerator<CID>
  size: (cid: CID, options?: AbortOptions) => number | Promise<number>
  /** What a block takes, damaged or not; undefined when it is not there. */
  storedSize: (cid: CID) => number | undefined | Promise<number | undefined>
  /** The bytes of a block that can be had at once; undefined when it is not there. Only of a folder where all can be. */
  getNow?: ((cid: CID) => Uint8Array | undefined) | undefined
  /** What each block takes. */
  sizes: (options?: AbortOptions) => AsyncGenerator<number>
  /** Stays the same only as long as no block is added or removed by anybody; undefined when that cannot be told. */
  fingerprint: () => Promise<string | undefined>
}
