/**
 * Says in our words why a file could not be written. Only for the failures a
 * user can do something about; what is not known passes through as it is.
 */
import { DiskFullError, ReadOnlyError } from '../errors.ts'

// EFBIG: a limit on the size of files (ulimit -f, or the file system's own)
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM'])

/** The code of an error of the operating system, as in `ENOENT`. */
export function errorCode (error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code
  }

  return undefined
}

/** The error to throw in place of `error`, which writing `path` failed with. */
export function storageError (error: unknown, path: string): unknown {
  const code = errorCode(error) ?? ''

  if (FULL.has(code)) {
    return new DiskFullError(path, code, { cause: error })
  }

  if (READ_ONLY.has(code)) {
    return new ReadOnlyError(path, code, { cause: error })
  }

  return error
}

/** For `catch`: a file that is not there is undefined, anything else still an error. */
export function unlessMissing (error: unknown): undefined {
  const code = errorCode(error)

  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    throw error
  }

  return undefined
}
