/**
 * The repo: what a node keeps. A folder with
 *
 *     version      one line, says whose folder this is
 *     blocks/      the blocks, as Kubo lays them out (`flatfs-blockstore.ts`)
 *     datastore/   LevelDB: the key of the node; its lock is the lock of the repo
 *
 * One process at a time. It is made when it is not there, and a folder that is
 * something else is left as it is. {@link memoryRepo} is the same without a disk.
 */
import { readFile, readdir, access, constants } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Key } from 'interface-datastore/key'
import { LevelDatastore } from 'datastore-level'
import { NotARepoError, ReadOnlyError, RepoInUseError } from '../errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { FlatfsBlockstore } from './flatfs-blockstore.ts'
import { makeFolder } from './make-folder.ts'
import { resolveStoreOptions } from './options.ts'
import { RepoBlockstore } from './repo-blockstore.ts'
import { errorCode, storageError, unlessMissing } from './storage-error.ts'
import type { FlatfsComponents } from './flatfs-blockstore.ts'
import type { StoreInit } from './options.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

/** What the file `version` says. */
export const REPO_VERSION = 'ts-bitswap repo 1'

const KEY = new Key('/node/key')

export interface Repo {
  /** Where it lies; empty in memory. */
  readonly path: string
  readonly blockstore: RepoBlockstore
  readonly datastore: Datastore
  /** Who the node is; made when the repo was. */
  readonly privateKey: PrivateKey
  /** Lets go of the repo. May be called twice. */
  close: () => Promise<void>
}

/** A repo on disk. */
export interface DiskRepo extends Repo {}

/**
 * Opens the repo in a folder, and makes it at first use.
 *
 * @throws RepoInUseError when another process, or this one, has it open
 * @throws NotARepoError when the folder is something else
 * @throws UnsupportedLayoutError when its blocks are laid out otherwise
 * @throws ReadOnlyError, DiskFullError
 */
export async function openRepo (path: string, components: FlatfsComponents = {}, init: StoreInit = {}): Promise<DiskRepo> {
  const root = resolve(path)
  const options = resolveStoreOptions(init)
  const folder = new FlatfsBlockstore(join(root, 'blocks'), components, options)

  await prepare(root)
  const datastore = await openDatastore(root)

  try {
    await folder.open()

    const privateKey = await loadKey(datastore).catch((error: unknown) => { throw keyError(error, root) })
    const blockstore = new RepoBlockstore({ folder, datastore }, options)

    return { path: root, blockstore, datastore, privateKey, close: closer(blockstore, datastore) }
  } catch (error) {
    await datastore.close()

    throw error
  }
}

/** Twice is a no-op. What the blocks take is not worth failing for: it can be counted again. */
function closer (blockstore: RepoBlockstore, datastore: { close: () => Promise<void> }): () => Promise<void> {
  let closing: Promise<void> | undefined

  return () => {
    closing ??= blockstore.close().catch(() => undefined).then(async () => { await datastore.close() })

    return closing
  }
}

/** A repo that is gone when it is closed. */
export async function memoryRepo (init: StoreInit = {}): Promise<Repo> {
  const { MemoryBlocks } = await import('./memory-blocks.ts')
  const { MemoryDatastore } = await import('datastore-core/memory')
  const datastore = new MemoryDatastore()

  return {
    path: '',
    blockstore: new RepoBlockstore({ folder: new MemoryBlocks(), datastore }, resolveStoreOptions(init)),
    datastore,
    privateKey: await loadKey(datastore),
    close: async () => {}
  }
}

/** Makes the folder, or checks that it is ours and can be written. */
async function prepare (root: string): Promise<void> {
  const file = join(root, 'version')

  try {
    // listed first: whoever makes this repo at the same moment writes the version before anything else
    const names = await readdir(root).catch(unlessMissing) ?? []
    const version = (await readFile(file, 'utf8').catch(unlessMissing))?.trim()

    if (version != null) {
      requireVersion(root, version)
      await access(root, constants.W_OK)

      return
    }

    // what an attempt that was cut short leaves does not count
    if (names.some(name => !name.startsWith('.'))) {
      throw new NotARepoError(root, 'it is not empty and has no file version')
    }

    await makeFolder(root)

    await writeAtomically(file, new TextEncoder().encode(REPO_VERSION + '\n'), { temporaryFolder: root, sync: true })
  } catch (error) {
    switch (errorCode(error)) {
      case 'ENOTDIR': throw new NotARepoError(root, 'it is not a folder', { cause: error })
      case 'EISDIR': throw new NotARepoError(root, 'its file version is a folder', { cause: error })
      case 'ENOENT': throw new NotARepoError(root, 'no folder can be made there', { cause: error })
      default: throw storageError(error, root)
    }
  }
}

function requireVersion (root: string, version: string): void {
  if (version !== REPO_VERSION) {
    const shown = JSON.stringify(version.slice(0, 40))

    throw new NotARepoError(root, `its version is ${shown}, not ${JSON.stringify(REPO_VERSION)}`)
  }
}

async function openDatastore (root: string): Promise<Datastore & { close: () => Promise<void> }> {
  const path = join(root, 'datastore')

  await requireWhole(path, root)
  const datastore = new LevelDatastore(path) // begins to open by itself

  try {
    // the database itself: the store that wraps it keeps only the text of an error
    await datastore.db.open({ createIfMissing: true })

    return datastore
  } catch (error) {
    throw await openError(error, root)
  }
}

/**
 * LevelDB begins anew when its file CURRENT is missing, and removes what there
 * was: the key of the node would be lost. What an attempt to make it that was cut
 * short leaves holds no data yet.
 */
async function requireWhole (path: string, root: string): Promise<void> {
  const names = await readdir(path).catch(unlessMissing) ?? []

  if (!names.includes('CURRENT') && names.some(name => /\.(ldb|log)$/.test(name))) {
    throw new NotARepoError(root, 'its datastore is damaged: the file CURRENT is missing')
  }
}

async function openError (error: unknown, root: string): Promise<unknown> {
  const cause = error instanceof Error ? error.cause : undefined

  if (errorCode(cause) === 'LEVEL_LOCKED') {
    return new RepoInUseError(root, { cause: error })
  }

  const message = cause instanceof Error ? cause.message : String(error)

  if (/permission denied|read-only/i.test(message)) {
    return new ReadOnlyError(join(root, 'datastore'), 'EACCES', { cause: error })
  }

  return storageError(new NotARepoError(root, `its datastore does not open: ${message}`, { cause: error }), root)
}

function keyError (error: unknown, root: string): NotARepoError {
  const reason = error instanceof Error ? error.message : String(error)

  return new NotARepoError(root, `the key of the node is not to be had: ${reason}`, { cause: error })
}

async function loadKey (datastore: Datastore): Promise<PrivateKey> {
  // not needed by everything that imports this file, and slow to load
  const { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } = await import('@libp2p/crypto/keys')

  if (await datastore.has(KEY)) {
    return privateKeyFromProtobuf(await datastore.get(KEY))
  }

  const key = await generateKeyPair('Ed25519')
  await datastore.put(KEY, privateKeyToProtobuf(key))

  return key
}
