/** Where receipts survive a restart. Implemented by users, and in `ts-bitswap-node` on the repo's datastore. */
import type { AbortOptions } from '@libp2p/interface'

/** What is kept of the account with a peer. */
export interface SavedReceipt {
  /** Peer id as a string. */
  peer: string
  /** Bytes of blocks. */
  sent: number
  received: number
  /** Times a block went either way. */
  exchanged: number
  /**
   * How long before the save the last of them was, in milliseconds. A store that
   * knows what time it is adds what has passed until the load.
   */
  exchangedAgo: number
}

/**
 * Whatever fails is logged and tried again after `server.receiptSaveInterval`;
 * what is not done after ten seconds has failed. Never called twice at a time.
 */
export interface ReceiptStore {
  /** What was saved last, in that order; nothing when nothing was. */
  load (options: AbortOptions): Promise<Iterable<SavedReceipt>>

  /**
   * Keeps these in place of what was saved before. At most
   * `server.maxReceiptsKept`: those with the latest exchanges, the latest first.
   * Not called before a load has succeeded.
   */
  save (receipts: readonly SavedReceipt[], options: AbortOptions): Promise<void>
}
