/**
 * Writes a file so that under its name there is either nothing, what was there
 * before, or all of the new bytes: never a part.
 *
 * Not for files that are written bit by bit.
 */
import { randomUUID } from 'node:crypto'
import { close, fsync, open, write } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode, storageError } from './storage-error.ts'

const openFile = promisify(open)
const writeBytes = promisify(write)
const syncFile = promisify(fsync)
const closeFile = promisify(close)

/** What of `node:fs/promises` is used; tests hand in a disk that fails. */
export interface FileWriter {
  mkdir: (path: string, options: { recursive: true }) => Promise<unknown>
  writeFile: (path: string, bytes: Uint8Array, options: { flag: 'wx', flush: boolean }) => Promise<void>
  rename: (from: string, to: string) => Promise<void>
  rm: (path: string, options: { force: true }) => Promise<void>
}

export const nodeFileWriter: FileWriter = { mkdir, writeFile, rename, rm }

/** As that of `node:fs/promises`, with a number for the file in place of an object. */
async function writeFile (path: string, bytes: Uint8Array, { flag, flush }: { flag: 'wx', flush: boolean }): Promise<void> {
  const file = await openFile(path, flag)

  try {
    for (let written = 0; written < bytes.byteLength;) {
      written += (await writeBytes(file, bytes, written, bytes.byteLength - written, null)).bytesWritten
    }

    if (flush) {
      await syncFile(file)
    }
  } catch (error) {
    await Promise.allSettled([closeFile(file)]) // what failed first is what matters

    throw error
  }

  // last, as some file systems only then say that there was no room
  await closeFile(file)
}

export interface AtomicWriteOptions {
  /** Where the file lies while it is written; on the same file system. Created when missing. */
  temporaryFolder: string
  /** Wait for the disk. */
  sync: boolean
  files?: FileWriter
}

/**
 * Writes `bytes` to `path`, replacing what is there; missing folders are made.
 * On failure the temporary file is gone.
 *
 * @throws DiskFullError, ReadOnlyError, or the error of the operating system
 */
export async function writeAtomically (path: string, bytes: Uint8Array, options: AtomicWriteOptions): Promise<void> {
  const files = options.files ?? nodeFileWriter
  // never the same name twice: two writers of one block must not share a file
  const temporary = join(options.temporaryFolder, `.${randomUUID()}`)

  try {
    await withFolder(files, options.temporaryFolder, async () => {
      await files.writeFile(temporary, bytes, { flag: 'wx', flush: options.sync })
    })
    await withFolder(files, dirname(path), async () => {
      await files.rename(temporary, path)
    })
  } catch (error) {
    await removeQuietly(files, temporary, error)

    throw storageError(error, path)
  }
}

/** Tries first and makes the folder only when it is missing: nearly always it is there. */
async function withFolder (files: FileWriter, folder: string, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      throw error
    }

    await files.mkdir(folder, { recursive: true })
    await action()
  }
}

async function removeQuietly (files: FileWriter, path: string, reason: unknown): Promise<void> {
  try {
    await files.rm(path, { force: true })
  } catch (error) {
    // the reason why writing failed matters more than that of the cleaning up
    if (reason instanceof Error && reason.cause == null) {
      reason.cause = error
    }
  }
}
