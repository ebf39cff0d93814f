/**
 * Decides where a file or folder that is fetched goes, so that nothing that is
 * there is lost unasked:
 *
 * - nothing there: there;
 * - a file onto a file: in its place, once it is complete;
 * - a file onto a folder: into it, under the name given;
 * - a folder onto an empty folder: in its place; onto one that holds something,
 *   or onto a file: refused;
 * - a file onto a device or pipe (`/dev/null`): written straight into it.
 */
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, normalize, sep } from 'node:path'
import { OutputExistsError } from '../errors.ts'
import { errorCode, unlessMissing } from '../store/storage-error.ts'

export interface OutputTarget {
  path: string
  /** Written straight into it, not put in its place at the end. */
  direct: boolean
  /** An empty folder to make room for ours. */
  replaces: boolean
}

/**
 * @param name - what a file is called when `path` is a folder
 * @throws OutputExistsError when something would be lost, or there is no folder to write to
 */
export async function findOutputTarget (path: string, kind: 'file' | 'folder', name: string): Promise<OutputTarget> {
  const target = withoutEnd(normalize(path))
  const found = await stat(target).catch(unlessMissing) ?? await lstat(target).catch(unlessMissing)

  if (found == null) {
    await requireFolder(dirname(target))

    return { path: target, direct: false, replaces: false }
  }

  if (found.isDirectory()) {
    return kind === 'folder' ? await overFolder(target) : await intoFolder(join(target, basename(name)))
  }

  if (kind === 'folder') {
    throw new OutputExistsError(target, 'it is a file, and a folder was asked for')
  }

  return { path: target, direct: !found.isFile() && !found.isSymbolicLink(), replaces: false }
}

async function overFolder (path: string): Promise<OutputTarget> {
  if ((await readdir(path)).length > 0) {
    throw new OutputExistsError(path, 'it is a folder that is not empty')
  }

  return { path, direct: false, replaces: true }
}

async function intoFolder (path: string): Promise<OutputTarget> {
  const found = await lstat(path).catch(unlessMissing)

  if (found?.isDirectory() === true) {
    throw new OutputExistsError(path, 'it is a folder, and a file was asked for')
  }

  return { path, direct: false, replaces: false }
}

async function requireFolder (path: string): Promise<void> {
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new OutputExistsError(path, 'it is not a folder')
    }
  } catch (error) {
    const code = errorCode(error)

    throw code === 'ENOENT' || code === 'ENOTDIR' ? new OutputExistsError(path, 'there is no such folder') : error
  }
}

/** `folder/` is `folder`. */
function withoutEnd (path: string): string {
  return path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path
}
