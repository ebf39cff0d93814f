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
import { NotFoundError } from 'interface-store'
import { identity } from 'multiformats/hashes/identity'
import { BlockTooLargeError } from 'ts-bitswap/errors'
import { BlockCount } from './block-count.ts'
import { BlockGuard } from './block-guard.ts'
import { collect } from './collect.ts'
import { MAX_FILE_SIZE } from './read-file-whole.ts'
import { Space } from './space.ts'
import type { Pieces } from './collect.ts'
import type { BlockFolder } from './block-folder.ts'
import type { Tracker } from './block-guard.ts'
import type { StoreOptions } from './options.ts'
import type { Usage } from './space.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Pair } from 'interface-blockstore'
import type { Datastore } from 'interface-datastore'
import type { CID } from 'multiformats/cid'

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

  override has (cid: CID, options?: AbortOptions): boolean | Promise<boolean> {
    return isIdentity(cid) || this.#guard.read(cid, () => this.#folder.has(cid, options))
  }

  /**
   * At once where the folder can, as {@link get}.
   *
   * @throws NotFoundError, or rejects with it
   */
  size (cid: CID, options?: AbortOptions): number | Promise<number> {
    return this.#guard.read(cid, () => this.#folder.size(cid, options))
  }

  /**
   * In one piece. At once where the folder can: a store in memory costs no promise.
   *
   * @throws NotFoundError (at the first `next`)
   */
  override get (cid: CID, options?: AbortOptions): Generator<Uint8Array> | AsyncGenerator<Uint8Array> {
    if (this.#folder.getNow == null || isIdentity(cid) || this.#guard.isRemoving(cid)) {
      return this.#getLater(cid, options)
    }

    return this.#getNow(cid, options)
  }

  /**
   * @throws BlockTooLargeError, RepoFullError, DiskFullError, ReadOnlyError; nothing of the block is kept then
   */
  override put (cid: CID, value: Uint8Array | Pieces, options?: AbortOptions): CID | Promise<CID> {
    options?.signal?.throwIfAborted()

    if (isIdentity(cid)) {
      return cid
    }

    return value instanceof Uint8Array ? this.#putWhole(cid, value, options) : this.#putPieces(cid, value, options)
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

  /** Tells when blocks take `gcWatermark` of `maxStorage`, again when half of what was left then is used, and of each that is refused. */
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

  * #getNow (cid: CID, options?: AbortOptions): Generator<Uint8Array> {
    options?.signal?.throwIfAborted()

    // its removal may have begun since it was asked for: then it is gone
    const bytes = this.#guard.isRemoving(cid) ? undefined : this.#guard.read(cid, () => {
      this.#seen.forEach(seen => { seen(cid) })

      return this.#folder.getNow?.(cid)
    }) as Uint8Array | undefined

    if (bytes == null) {
      throw new NotFoundError(`block ${cid} is not in the repo`)
    }

    yield bytes
  }

  async * #getLater (cid: CID, options?: AbortOptions): AsyncGenerator<Uint8Array> {
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

  async #putPieces (cid: CID, pieces: Pieces, options?: AbortOptions): Promise<CID> {
    return await this.#putWhole(cid, await collect(pieces, this.#options.maxBlockSize), options)
  }

  #putWhole (cid: CID, bytes: Uint8Array, options?: AbortOptions): CID | Promise<CID> {
    const { maxBlockSize } = this.#options

    if (bytes.byteLength > maxBlockSize) {
      throw new BlockTooLargeError(cid, bytes.byteLength, maxBlockSize)
    }

    return this.#guard.change(cid, () => {
      const put = this.#isLimited ? this.#putWithin(cid, bytes, options) : this.#folder.put(cid, bytes, options)

      return put instanceof Promise ? put.then(() => this.#written(cid)) : this.#written(cid)
    })
  }

  #written (cid: CID): CID {
    this.#seen.forEach(seen => { seen(cid) })

    return cid
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
