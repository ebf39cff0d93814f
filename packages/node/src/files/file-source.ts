/**
 * Finds what there is to add below a path: files, symlinks and empty folders, in
 * the order of their names. Symlinks are added as such and not followed. What is
 * neither (a socket, a device) is an error, since leaving it out would be silent.
 */
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { UnreadableInputError } from '../errors.ts'
import { errorCode } from '../store/storage-error.ts'
import type { ImportCandidate } from 'ipfs-unixfs-importer'

/** Bytes of a file that are read at a time. */
const READ_SIZE = 1_048_576

/** For small files less: the memory is there for each anew, and a thousand small files would take a GiB in turn. */
const MIN_READ_SIZE = 4_096

export interface FileSourceOptions {
  /** Also what has a name that begins with a dot; the path itself is always taken. */
  hidden: boolean
  signal?: AbortSignal
}

interface Found {
  path: string
  /** Below the folder that is added, with slashes. */
  name: string
  kind: 'file' | 'folder' | 'symlink'
  size: number
}

/** What importing `path` takes, named from the last part of the path on. */
export async function * fileSource (path: string, options: FileSourceOptions): AsyncGenerator<ImportCandidate> {
  for await (const found of find(path, nameOf(path), options)) {
    if (found.kind === 'folder') {
      yield { path: found.name }
    } else if (found.kind === 'symlink') {
      yield { path: found.name, link: await readlink(found.path) }
    } else {
      yield { path: found.name, content: readPieces(found.path, options.signal, found.size) }
    }
  }
}

/** The bytes of all files below `path`. */
export async function totalFileSize (path: string, options: FileSourceOptions): Promise<number> {
  let size = 0

  for await (const found of find(path, nameOf(path), options)) {
    size += found.size
  }

  return size
}

/** What a path is called once it is added. */
export function nameOf (path: string): string {
  return basename(resolve(path))
}

/** Files and symlinks, and folders where there is nothing in them. */
async function * find (path: string, name: string, options: FileSourceOptions): AsyncGenerator<Found> {
  options.signal?.throwIfAborted()
  const found = await readable(path, async () => await lstat(path))

  if (found.isFile()) {
    yield { path, name, kind: 'file', size: found.size }
  } else if (found.isSymbolicLink()) {
    yield { path, name, kind: 'symlink', size: 0 }
  } else if (found.isDirectory()) {
    yield * findBelow(path, name, options)
  } else {
    throw new UnreadableInputError(path, 'it is neither a file, a folder nor a symlink')
  }
}

async function * findBelow (path: string, name: string, options: FileSourceOptions): AsyncGenerator<Found> {
  if (name.endsWith('\\')) {
    // the importer takes a backslash before a slash for an escape, and would make another name of it
    throw new UnreadableInputError(path, 'the name of a folder must not end in a backslash')
  }

  const names = (await readable(path, async () => await readdir(path))).filter(entry => options.hidden || !entry.startsWith('.'))

  if (names.length === 0) {
    yield { path, name, kind: 'folder', size: 0 }
  }

  for (const entry of names.sort()) {
    yield * find(join(path, entry), `${name}/${entry}`, options)
  }
}

/**
 * The bytes of a file, in pieces of 1 MiB at most.
 *
 * @param size - how large it is, when that is known; it may have become larger
 * @throws UnreadableInputError
 */
export async function * readPieces (path: string, signal?: AbortSignal, size: number = READ_SIZE): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: Math.min(READ_SIZE, Math.max(MIN_READ_SIZE, size)) })

  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      yield bytes
    }
  } catch (error) {
    signal?.throwIfAborted()

    throw explained(path, error)
  } finally {
    stream.destroy()
  }
}

async function readable<T> (path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw explained(path, error)
  }
}

function explained (path: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOENT': return new UnreadableInputError(path, 'there is no such file or folder', { cause: error })
    case 'EISDIR': return new UnreadableInputError(path, 'it is a folder', { cause: error })
    case 'EACCES': case 'EPERM': return new UnreadableInputError(path, 'reading it is not allowed', { cause: error })
    default: return error
  }
}
