/**
 * Writes what a walk over a file or folder yields (`unixfs-entries.ts`) to
 * disk. It grows under a temporary name beside its place and is put there in
 * one step once it is complete; on failure nothing is left.
 *
 * Every file, folder and symlink is made anew and fails when there is one: a
 * folder that names an entry twice cannot have one written through the other,
 * and nothing is ever written through a symlink that came with the folder.
 * Where symlinks point to is not restricted.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, rmdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UnixFsError, UnsafeNameError } from '../errors.ts'
import { findOutputTarget } from './output-target.ts'
import { errorCode, storageError } from '../store/storage-error.ts'
import type { OutputTarget } from './output-target.ts'
import type { FileEntry, UnixFsEntry } from './unixfs-entries.ts'
import type { FileHandle } from 'node:fs/promises'

export interface Written {
  /** Where it is now. */
  path: string
  /** Bytes of all files. */
  bytes: number
}

export interface WriteOutputOptions {
  /** What a file is called when the path is a folder. */
  name: string
  /** Called with the place once it is decided, before anything is written. */
  onTarget?: (path: string) => Promise<void>
}

/**
 * Writes a file, folder or symlink to `path`.
 *
 * @throws OutputExistsError when that would lose something
 * @throws UnsafeNameError when the folder names an entry twice
 * @throws DiskFullError, ReadOnlyError, and what reading the entries throws
 */
export async function writeOutput (entries: AsyncIterable<UnixFsEntry>, path: string, options: WriteOutputOptions): Promise<Written> {
  let writer: OutputWriter | undefined

  try {
    for await (const entry of entries) {
      if (writer == null) {
        const target = await findOutputTarget(path, entry.type === 'folder' ? 'folder' : 'file', options.name)

        await options.onTarget?.(target.path)
        writer = new OutputWriter(target)
      }

      await writer.write(entry)
    }

    if (writer == null) {
      throw new Error('there is nothing to write')
    }

    return await writer.finish()
  } catch (error) {
    await writer?.discard()

    throw error
  }
}

class OutputWriter {
  readonly #target: OutputTarget
  readonly #root: string
  #file: { handle: FileHandle, entry: FileEntry, path: string, written: number } | undefined
  #bytes = 0

  constructor (target: OutputTarget) {
    this.#target = target
    this.#root = target.direct ? target.path : join(dirname(target.path), `.bitswap-${randomUUID()}`)
  }

  async write (entry: UnixFsEntry): Promise<void> {
    try {
      if (entry.type === 'piece') {
        await this.#append(entry.bytes)
      } else if (entry.type !== 'shard') {
        await this.#closeFile()
        await this.#create(entry)
      }
    } catch (error) {
      throw this.#explain(error, entry)
    }
  }

  /** Puts it in its place. */
  async finish (): Promise<Written> {
    const { path, direct, replaces } = this.#target

    await this.#closeFile()

    try {
      if (replaces) {
        await rmdir(path)
      }

      if (!direct) {
        await rename(this.#root, path)
      }
    } catch (error) {
      throw storageError(error, path)
    }

    return { path, bytes: this.#bytes }
  }

  /** Removes all that was written. */
  async discard (): Promise<void> {
    try {
      await this.#file?.handle.close()
    } finally {
      this.#file = undefined

      if (!this.#target.direct) {
        await rm(this.#root, { recursive: true, force: true })
      }
    }
  }

  async #create (entry: Exclude<UnixFsEntry, { type: 'piece' | 'shard' }>): Promise<void> {
    const path = join(this.#root, entry.path)

    if (entry.type === 'folder') {
      await mkdir(path)
    } else if (entry.type === 'symlink') {
      requireTarget(entry.target, entry)
      await symlink(entry.target, path)
    } else {
      const handle = await open(path, this.#target.direct ? 'w' : 'wx')

      this.#file = { handle, entry, path, written: 0 }
      await this.#append(entry.bytes)
    }
  }

  async #append (bytes: Uint8Array): Promise<void> {
    const file = this.#file

    if (file == null) {
      throw new Error('a piece of a file came before the file')
    }

    await file.handle.appendFile(bytes)
    file.written += bytes.byteLength
    this.#bytes += bytes.byteLength
  }

  async #closeFile (): Promise<void> {
    const file = this.#file

    if (file == null) {
      return
    }

    const { handle, entry, written } = file
    this.#file = undefined

    try {
      if (written !== entry.size) {
        throw new UnixFsError(entry.cid, `says it has ${entry.size} bytes and has ${written}`)
      }

      if (entry.mode != null && !this.#target.direct) {
        await handle.chmod(entry.mode & 0o777) // not setuid and the like: it comes from a stranger
      }

      if (entry.mtime != null && !this.#target.direct) {
        await handle.utimes(entry.mtime, entry.mtime)
      }
    } finally {
      await handle.close()
    }
  }

  #explain (error: unknown, entry: UnixFsEntry): unknown {
    if (errorCode(error) === 'EEXIST' && entry.path !== '') {
      return new UnsafeNameError(entry.cid, entry.path, 'the folder has another entry of that name')
    }

    if (errorCode(error) === 'ENAMETOOLONG') {
      return new UnsafeNameError(entry.cid, entry.type === 'symlink' ? entry.target : entry.path, 'it is too long for this file system')
    }

    return storageError(error, join(this.#target.path, entry.path))
  }
}

function requireTarget (target: string, entry: UnixFsEntry): void {
  if (target === '' || target.includes('\0')) {
    throw new UnixFsError(entry.cid, 'is a symlink to nowhere')
  }
}
