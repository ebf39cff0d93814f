/**
 * The blocks of a repo: a store, with what several that work with it at once
 * need to share. Who is at which block, so that garbage can be collected beside
 * them (`block-guard.ts`), and how much room there is left (`space.ts`).
 *
 * With `maxStorage` the first write waits until what is here is counted: a look at
 * each block, some 15 µs, unless the count of the last time still holds. Without
 * it nothing is counted before {@link RepoBlockstore.usage} is asked.
 */
import { BaseBlockstore } from 'blockstore-core/base'
import { identity } from 'multiformats/hashes/identity'
import { BlockTooLargeError } from 'ts-bitswap/errors'
import { BlockCount } from './block-count.ts'
import { BlockGuard } from './block-guard.ts'
import { collect } from './collect.ts'
import { MAX_FILE_SIZE } from './read-file-whole.ts'
import { Space } from './space.ts'
import type { Pieces } from './collect.ts'
import type { Tracker } from './block-guard.ts'
import type { StoreOptions } from './options.ts'
import type { Usage } from './space.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Blockstore, Pair } from 'interface-blockstore'
import type { Datastore } from 'interface-datastore'
import type { CID } from 'multiformats/cid'

/** What a repo needs of the store its blocks lie in. */
export interface BlockFolder extends Blockstore {
  readonly path: string
  cids: (options?: AbortOptions) => AsyncGenerator<CID>
  size: (cid: CID, options?: AbortOptions) => Promise<number>
  /** What a block takes, damaged or not; undefined when it is not there. */
  storedSize: (cid: CID) => Promise<number | undefined>
  /** What each block takes. */
  sizes: (options?: AbortOptions) => AsyncGenerator<number>
  /** Stays the same only as long as no block is added or removed by anybody; undefined when that cannot be told. */
  fingerprint: () => Promise<string | undefined>
}

export interface RepoBlockstoreComponents {
  folder: BlockFolder
  /** Where the count is kept from one opening to the next. */
  datastore: Pick<Datastore, 'has' | 'get' | 'put'>
}

export class RepoBlockstore extends BaseBlockstore {
  /** The folder; empty in memory. */
  readonly path: string
  /** The most the blocks may take; infinite when there is no limit. */
  readonly maxStorage: number
  readonly #folder: BlockFolder
  readonly #count: BlockCount
  readonly #options: StoreOptions
  readonly #guard: BlockGuard = new BlockGuard()
  readonly #listeners: Set<() => void> = new Set()
  readonly #seen: Set<(cid: CID) => void> = new Set()
  #counting: Promise<Space> | undefined
  #isCountKept = true

  constructor ({ folder, datastore }: RepoBlockstoreComponents, options: StoreOptions) {
    super()
    this.path = folder.path
    this.maxStorage = options.maxStorage
    this.#folder = folder
    this.#count = new BlockCount(folder, datastore)
    this.#options = options
  }

  override async has (cid: CID, options?: AbortOptions): Promise<boolean> {
    return isIdentity(cid) || await this.#guard.read(cid, async () => await this.#folder.has(cid, options))
  }

  /** @throws NotFoundError */
  async size (cid: CID, options?: AbortOptions): Promise<number> {
    return await this.#guard.read(cid, async () => await this.#folder.size(cid, options))
  }

  /** @throws NotFoundError */
  override async * get (cid: CID, options?: AbortOptions): AsyncGenerator<Uint8Array> {
    if (isIdentity(cid)) {
      options?.signal?.throwIfAborted()
      yield cid.multihash.digest

      return
    }

    yield await this.#guard.read(cid, async () => {
      this.#seen.forEach(seen => { seen(cid) })

      return await collect(this.#folder.get(cid, options), MAX_FILE_SIZE)
    })
  }

  /** @throws BlockTooLargeError, RepoFullError, DiskFullError, ReadOnlyError; nothing of the block is kept then */
  override async put (cid: CID, value: Uint8Array | Pieces, options?: AbortOptions): Promise<CID> {
    options?.signal?.throwIfAborted()

    if (isIdentity(cid)) {
      return cid
    }

    const { maxBlockSize } = this.#options
    const bytes = value instanceof Uint8Array ? value : await collect(value, maxBlockSize)

    if (bytes.byteLength > maxBlockSize) {
      throw new BlockTooLargeError(cid, bytes.byteLength, maxBlockSize)
    }

    await this.#guard.change(cid, async () => {
      if (this.#isLimited) {
        await this.#putWithin(cid, bytes, options)
      } else {
        await this.#folder.put(cid, bytes, options)
      }

      this.#seen.forEach(seen => { seen(cid) })
    })

    return cid
  }

  /** @throws ReadOnlyError when it cannot be removed; that it is not here is no error */
  override async delete (cid: CID, options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()

    if (!isIdentity(cid)) {
      await this.#guard.change(cid, async () => { await this.#remove(cid, options) })
    }
  }

  override async * getAll (options?: AbortOptions): AsyncGenerator<Pair> {
    for await (const cid of this.cids(options)) {
      yield { cid, bytes: this.get(cid, options) }
    }
  }

  /** All blocks, in no order, as raw CIDv1: the codec is not kept. */
  cids (options?: AbortOptions): AsyncGenerator<CID> {
    return this.#folder.cids(options)
  }

  /** What there is. Counted at first, or when there is no limit: a look at each block. */
  async usage (options?: AbortOptions): Promise<Usage> {
    return this.#isLimited ? (await this.#counted()).usage : await this.#count.take(options)
  }

  /** Tells when blocks take `gcWatermark` of `maxStorage`, and again when half of what was left then is used. */
  onOverWatermark (listener: () => void): () => void {
    this.#listeners.add(listener)

    return () => { this.#listeners.delete(listener) }
  }

  // for collecting garbage

  /**
   * Begins to note which blocks are used: read, written, or asked for.
   *
   * @param onSeen - told of each block that is about to be read, and that was written
   */
  track (onSeen?: (cid: CID) => void): Tracker {
    const tracker = this.#guard.track()

    if (onSeen == null) {
      return tracker
    }

    this.#seen.add(onSeen)

    return {
      used: tracker.used,
      end: () => {
        this.#seen.delete(onSeen)
        tracker.end()
      }
    }
  }

  /**
   * A block, without this being a use of it.
   *
   * @throws NotFoundError
   */
  async peek (cid: CID, options?: AbortOptions): Promise<Uint8Array> {
    return await collect(this.#folder.get(cid, options), MAX_FILE_SIZE)
  }

  /**
   * Removes a block, unless it is in use or `mayRemove` says no at the last moment.
   *
   * @returns the bytes that are free now; undefined when it was left alone, or is not here
   * @throws ReadOnlyError when it cannot be removed
   */
  async removeUnused (cid: CID, mayRemove: () => boolean): Promise<number | undefined> {
    return await this.#guard.removeUnused(cid, mayRemove, async () => await this.#remove(cid))
  }

  /** Keeps the count for the next time. The store can be used after it; that is then counted anew. */
  async close (): Promise<void> {
    if (this.#counting != null && !this.#isCountKept) {
      await this.#count.keep((await this.#counting).usage)
      this.#isCountKept = true
    }
  }

  get #isLimited (): boolean {
    return Number.isFinite(this.#options.maxStorage)
  }

  async #putWithin (cid: CID, bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    const space = await this.#counted()
    const before = await this.#folder.storedSize(cid)

    space.take(bytes.byteLength, before)

    try {
      await this.#folder.put(cid, bytes, options)
    } catch (error) {
      space.giveBack(bytes.byteLength, before)

      throw error
    }

    this.#isCountKept = false
    space.written()
  }

  async #remove (cid: CID, options?: AbortOptions): Promise<number | undefined> {
    const space = this.#isLimited ? await this.#counted() : undefined
    const size = await this.#folder.storedSize(cid)

    await this.#folder.delete(cid, options)

    if (size != null) {
      this.#isCountKept = false
      space?.removed(size)
    }

    return size
  }

  /** Once; after a failure the next call tries again. Who writes waits, so nothing changes meanwhile. */
  #counted (): Promise<Space> {
    this.#counting ??= this.#makeSpace().catch((error: unknown) => {
      this.#counting = undefined

      throw error
    })

    return this.#counting
  }

  async #makeSpace (): Promise<Space> {
    const { maxStorage, gcWatermark } = this.#options
    const space = new Space(this.path, await this.#count.take(), { limit: maxStorage, watermark: gcWatermark * maxStorage })

    space.onOverWatermark(() => { this.#listeners.forEach(listener => { listener() }) })

    return space
  }
}

function isIdentity (cid: CID): boolean {
  return cid.multihash.code === identity.code
}
