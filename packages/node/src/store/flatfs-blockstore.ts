/**
 * Blocks on disk, one file each, in the layout of Kubo's default block store
 * (see `flatfs-layout.ts`): the folder of either can be copied to the other.
 *
 * - Writes are atomic and replace what is there, which also mends a damaged file.
 * - Reads are whole files, and hashed: bytes that do not match their CID are
 *   never handed out. Such a block counts as missing from then on.
 * - Identity CIDs carry their bytes: they are answered and never stored.
 *
 * Bounds: blocks up to `maxBlockSize` are written, files up to
 * `MAX_FILE_SIZE` (64 MiB) read, `maxOpenFiles` at a time. It takes no lock of its
 * own (the repo does). Opening checks and makes the folder; nothing needs closing.
 */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseBlockstore } from 'blockstore-core/base'
import { NotFoundError } from 'interface-store'
import { identity } from 'multiformats/hashes/identity'
import { BlockTooLargeError } from 'ts-bitswap/errors'
import { CorruptBlockError } from '../errors.ts'
import { nodeFileWriter, writeAtomically } from './atomic-write.ts'
import { collect } from './collect.ts'
import { blockFile, cidOfBlockFile, prepareBlockFolder, TEMPORARY_FOLDER } from './flatfs-layout.ts'
import { fingerprintOf } from './flatfs-listing.ts'
import { matches } from './hashers.ts'
import { resolveStoreOptions } from './options.ts'
import { MAX_FILE_SIZE, readFileWhole } from './read-file-whole.ts'
import { ShardFolders } from './shard-folders.ts'
import { storageError, unlessMissing } from './storage-error.ts'
import { Turnstile } from './turnstile.ts'
import type { FileWriter } from './atomic-write.ts'
import type { StoreInit, StoreOptions } from './options.ts'
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'

/** Damaged files that are remembered; beyond it the oldest is forgotten, and found damaged again. */
export const MAX_CORRUPT = 10_000

export interface FlatfsComponents {
  logger?: { forComponent: (name: string) => Logger }
  /** Told of every damaged file once. */
  onCorrupt?: (error: CorruptBlockError) => void
  files?: FileWriter
}

/** The file of a block, and the name of the folder it lies in. */
interface Place {
  shard: string
  path: string
}

export class FlatfsBlockstore extends BaseBlockstore {
  readonly path: string
  readonly #components: FlatfsComponents
  readonly #options: StoreOptions
  readonly #log: Logger | undefined
  readonly #turnstile: Turnstile
  readonly #shards: ShardFolders
  readonly #corrupt: Map<string, CorruptBlockError> = new Map() // by path; bounded by MAX_CORRUPT

  constructor (path: string, components: FlatfsComponents = {}, init: StoreInit = {}) {
    super()
    this.path = path
    this.#components = components
    this.#options = resolveStoreOptions(init)
    this.#log = components.logger?.forComponent('bitswap-node:store')
    this.#turnstile = new Turnstile(this.#options.maxOpenFiles)
    this.#shards = new ShardFolders(path, components.files)
  }

  /**
   * Makes or checks the folder, and removes what a write that was cut short
   * left. Only one store at a time may have a folder open: what others put into
   * it may not be found until the blocks are listed, or until the next opening.
   *
   * @throws UnsupportedLayoutError, ReadOnlyError, DiskFullError
   */
  async open (): Promise<void> {
    await prepareBlockFolder(this.path)
    await rm(join(this.path, TEMPORARY_FOLDER), { recursive: true, force: true })
      .catch((error: unknown) => { throw storageError(error, this.path) })
    await this.#shards.look()
  }

  override async has (cid: CID, options?: AbortOptions): Promise<boolean> {
    return await this.#find(cid, options) != null
  }

  /**
   * The size of a block in bytes, without reading it.
   *
   * @throws NotFoundError when it is not here, or known to be damaged
   */
  async size (cid: CID, options?: AbortOptions): Promise<number> {
    const size = await this.#find(cid, options)

    if (size == null) {
      throw notFound(cid, this.#corrupt.get(this.#placeOf(cid).path))
    }

    return size
  }

  /**
   * Stores a block. Trusts the caller that the bytes match the CID.
   *
   * @throws BlockTooLargeError, DiskFullError, ReadOnlyError; nothing of the block is kept then
   */
  override async put (cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>, options?: AbortOptions): Promise<CID> {
    options?.signal?.throwIfAborted()

    if (cid.multihash.code === identity.code) {
      return cid
    }

    const { maxBlockSize } = this.#options
    const bytes = value instanceof Uint8Array ? value : await collect(value, maxBlockSize)

    if (bytes.byteLength > maxBlockSize) {
      throw new BlockTooLargeError(cid, bytes.byteLength, maxBlockSize)
    }

    const { shard, path } = this.#placeOf(cid)

    await this.#turnstile.run(async () => {
      options?.signal?.throwIfAborted()

      if (!this.#shards.mayBeThere(shard)) {
        await this.#shards.make(shard)
      }

      await writeAtomically(path, bytes, {
        temporaryFolder: join(this.path, TEMPORARY_FOLDER),
        sync: this.#options.syncWrites,
        files: this.#components.files ?? nodeFileWriter
      })
      this.#shards.found(shard) // else one that was made while the store was opened is not known
    })
    this.#corrupt.delete(path)

    return cid
  }

  /**
   * A block in one piece.
   *
   * @throws NotFoundError (at the first `next`) when it is not here, and when
   * it is damaged: its `cause` is a {@link CorruptBlockError} then
   */
  override async * get (cid: CID, options?: AbortOptions): AsyncGenerator<Uint8Array> {
    options?.signal?.throwIfAborted()

    if (cid.multihash.code === identity.code) {
      yield cid.multihash.digest

      return
    }

    const { shard, path } = this.#placeOf(cid)
    const known = this.#corrupt.get(path)

    if (known != null || !this.#shards.mayBeThere(shard)) {
      throw notFound(cid, known)
    }

    const bytes = await this.#turnstile.run(async () => {
      options?.signal?.throwIfAborted()

      return await readFileWhole(path)
    })

    if (bytes == null) {
      throw notFound(cid)
    }

    if (bytes.byteLength > MAX_FILE_SIZE || (this.#options.verifyReads && !await matches(cid, bytes))) {
      throw notFound(cid, this.#foundCorrupt(cid, path))
    }

    yield bytes
  }

  /** @throws ReadOnlyError when it cannot be removed; that it is not here is no error */
  override async delete (cid: CID, options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()

    if (cid.multihash.code === identity.code) {
      return
    }

    const { path } = this.#placeOf(cid)

    await this.#turnstile.run(async () => {
      await rm(path, { force: true }).catch((error: unknown) => { throw storageError(error, path) })
    })
    this.#corrupt.delete(path)
  }

  /** All blocks, in no order, each read when it is asked for. Its CIDs are raw CIDv1: the codec is not kept. */
  override async * getAll (options?: AbortOptions): AsyncGenerator<Pair> {
    for await (const cid of this.cids(options)) {
      yield { cid, bytes: this.get(cid, options) }
    }
  }

  /** As {@link getAll} without the bytes. Holds the names of one folder (a 1024th of all) at a time. */
  async * cids (options?: AbortOptions): AsyncGenerator<CID> {
    for await (const { names } of this.#shards.list()) {
      for (const name of names) {
        options?.signal?.throwIfAborted()
        const cid = cidOfBlockFile(name)

        if (cid != null) {
          yield cid
        }
      }
    }
  }

  /** What the file of a block takes, damaged or not; undefined when there is none. */
  async storedSize (cid: CID): Promise<number | undefined> {
    return cid.multihash.code === identity.code ? undefined : await this.#sizeAt(this.#placeOf(cid))
  }

  /** What each block takes. As {@link cids}, and asks for the sizes of a folder beside each other. */
  async * sizes (options?: AbortOptions): AsyncGenerator<number> {
    for await (const { path, names } of this.#shards.list()) {
      options?.signal?.throwIfAborted()
      const blocks = names.filter(name => cidOfBlockFile(name) != null)

      for (const size of await Promise.all(blocks.map(async name => await this.#fileSize(join(path, name))))) {
        if (size != null) { // else it was removed meanwhile
          yield size
        }
      }
    }
  }

  /** See {@link fingerprintOf}. */
  async fingerprint (): Promise<string> {
    return await fingerprintOf(this.path)
  }

  async #fileSize (path: string): Promise<number | undefined> {
    return await this.#turnstile.run(async () => {
      const found = await stat(path).catch(unlessMissing)

      return found?.isFile() === true ? found.size : undefined
    })
  }

  /** The size of a block that is here and not known to be damaged. */
  async #find (cid: CID, options?: AbortOptions): Promise<number | undefined> {
    options?.signal?.throwIfAborted()

    if (cid.multihash.code === identity.code) {
      return cid.multihash.digest.byteLength
    }

    const place = this.#placeOf(cid)

    return this.#corrupt.has(place.path) ? undefined : await this.#sizeAt(place)
  }

  async #sizeAt ({ shard, path }: Place): Promise<number | undefined> {
    return this.#shards.mayBeThere(shard) ? await this.#fileSize(path) : undefined
  }

  #placeOf (cid: CID): Place {
    const { folder, name } = blockFile(cid.multihash)

    return { shard: folder, path: join(this.path, folder, name) }
  }

  #foundCorrupt (cid: CID, path: string): CorruptBlockError {
    const error = new CorruptBlockError(cid, path)

    if (this.#corrupt.size >= MAX_CORRUPT) {
      this.#corrupt.delete(this.#corrupt.keys().next().value ?? '')
    }

    this.#corrupt.set(path, error)
    this.#log?.error('%s', error.message)
    this.#components.onCorrupt?.(error)

    return error
  }
}

function notFound (cid: CID, cause?: CorruptBlockError): NotFoundError {
  const error = new NotFoundError(cause?.message ?? `block ${cid} is not in the repo`)

  if (cause != null) {
    error.cause = cause
  }

  return error
}
