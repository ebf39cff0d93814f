/** Hash functions by their multicodec code: a few that are at hand, others through a loader of the user's. */
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import type { MultihashHasher } from 'multiformats/hashes/interface'
import { nativePromise } from '../core/native-promise.ts'
import { UnknownHashError } from './errors.ts'

/** Finds the hash function of a multicodec code. Throws when there is none. */
export type HasherLoader = (code: number) => MultihashHasher | Promise<MultihashHasher>

/**
 * The hash functions that need no library: sha2-256, sha2-512, identity.
 *
 * @throws UnknownHashError for any other
 */
export function defaultHashers (code: number): MultihashHasher {
  switch (code) {
    case sha256.code:
      return sha256
    case sha512.code:
      return sha512
    case identity.code:
      return identity
    default:
      throw new UnknownHashError(code)
  }
}

/** The default hash functions, and those of `getHasher` for all other codes. */
export function withDefaultHashers (getHasher: HasherLoader = defaultHashers): HasherLoader {
  return code => {
    const isDefault = code === sha256.code || code === sha512.code || code === identity.code

    return isDefault ? defaultHashers(code) : getHasher(code)
  }
}

/**
 * The hash function of a code, at once when the loader has it at hand.
 *
 * @throws UnknownHashError for whatever the loader throws or rejects with, as its cause
 */
export function loadHasher (code: number, getHasher: HasherLoader): MultihashHasher | Promise<MultihashHasher> {
  try {
    const hasher = nativePromise(getHasher(code))

    return hasher instanceof Promise ? hasher.catch((error: unknown) => { throw unknownHash(code, error) }) : hasher
  } catch (error) {
    throw unknownHash(code, error)
  }
}

function unknownHash (code: number, cause: unknown): UnknownHashError {
  return cause instanceof UnknownHashError ? cause : new UnknownHashError(code, { cause })
}
