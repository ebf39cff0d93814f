/** What can be set about the block store: checked once, read everywhere. Sizes are bytes. */
import { requireBoolean, requireCount, requirePart, requirePositive } from '../option-checks.ts'

export interface StoreInit {
  /**
   * A larger block is refused with `BlockTooLargeError`. Peers do not take
   * blocks of more than 2 MiB.
   *
   * @default 2097152
   */
  maxBlockSize?: number

  /**
   * Hash every block that is read, so that a file damaged on disk is noticed
   * and never handed out. Costs about 0.6 ms per MiB with sha2-256.
   *
   * @default true
   */
  verifyReads?: boolean

  /**
   * Wait until a block is on the disk itself, not only with the operating
   * system. Without it a power cut may lose or damage the blocks of the last
   * seconds, which `verifyReads` then notices.
   *
   * @default false
   */
  syncWrites?: boolean

  /**
   * How many files are read or written at a time; more calls wait their turn.
   *
   * @default 64
   */
  maxOpenFiles?: number

  /**
   * Bytes of all blocks together. A block that would be over it is refused with
   * `RepoFullError`. Nothing is counted, and nothing refused, with `Infinity`, or 0.
   *
   * @default Infinity
   */
  maxStorage?: number

  /**
   * From which part of `maxStorage` on a node that runs collects garbage by
   * itself.
   *
   * @default 0.9
   */
  gcWatermark?: number
}

export type StoreOptions = Readonly<Required<StoreInit>>

export const STORE_DEFAULTS: StoreOptions = Object.freeze({
  maxBlockSize: 2_097_152,
  verifyReads: true,
  syncWrites: false,
  maxOpenFiles: 64,
  maxStorage: Number.POSITIVE_INFINITY,
  gcWatermark: 0.9
})

export function resolveStoreOptions (init: StoreInit = {}): StoreOptions {
  const options = { ...STORE_DEFAULTS, ...init }

  if (options.maxStorage === 0) {
    options.maxStorage = STORE_DEFAULTS.maxStorage
  }

  requireCount('store.maxBlockSize', options.maxBlockSize)
  requireBoolean('store.verifyReads', options.verifyReads)
  requireBoolean('store.syncWrites', options.syncWrites)
  requireCount('store.maxOpenFiles', options.maxOpenFiles)
  requirePositive('store.maxStorage', options.maxStorage)
  requirePart('store.gcWatermark', options.gcWatermark)

  return Object.freeze(options)
}
