/**
 * Reads blocks of pinned graphs for who can do without some of them: one that is
 * missing, cannot be read, or is not what its codec says is told, and counts as one
 * without links. For announcing, where it must not keep the others from being
 * announced. Never for what decides about removing: that has to fail (`gc/marking.ts`).
 */
import { reasonOf } from '../reason-of.ts'
import { DagClosure } from './dag-closure.ts'
import { PinnedBlockDamagedError } from './errors.ts'
import { readIfThere } from './read-if-there.ts'
import type { DamagedPinError } from './errors.ts'
import type { RepoBlockstore } from '../store/repo-blockstore.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

/** Told of what is passed over, each time it is met. */
export type OnDamaged = (error: DamagedPinError | PinnedBlockDamagedError) => void

export class PassedOver {
  readonly closure: DagClosure
  readonly #blockstore: Pick<RepoBlockstore, 'peek'>
  readonly #options: AbortOptions
  readonly #onDamaged: OnDamaged
  #through: CID | undefined

  constructor (blockstore: Pick<RepoBlockstore, 'peek'>, onDamaged: OnDamaged, options: AbortOptions) {
    this.#blockstore = blockstore
    this.#onDamaged = onDamaged
    this.#options = options
    this.closure = new DagClosure({
      read: async cid => await this.#read(cid),
      onUnreadable: (cid, error) => { this.#tell(cid, reasonOf(error), { cause: error }) }
    })
  }

  /** What is below a root, as {@link DagClosure.include}. One at a time. */
  include (root: CID): AsyncGenerator<CID[]> {
    this.#through = root

    return this.closure.include(root, this.#options)
  }

  /** @throws the reason of the signal, and nothing else */
  async #read (cid: CID): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readIfThere(this.#blockstore, cid, this.#options)

      if (bytes == null) {
        this.#tell(cid, 'it is missing or damaged')
      }

      return bytes
    } catch (error) {
      this.#options.signal?.throwIfAborted()
      this.#tell(cid, reasonOf(error), { cause: error })

      return undefined
    }
  }

  #tell (cid: CID, reason: string, options?: ErrorOptions): void {
    this.#onDamaged(new PinnedBlockDamagedError(cid, this.#through ?? cid, reason, options))
  }
}
