/**
 * How a block is named on the wire: by the prefix of its CID, which is all but
 * the digest. The receiver hashes the bytes and puts prefix and digest
 * together, so that a block can only ever be had under the CID it truly has.
 *
 * Not for: deciding whether anybody asked for that CID.
 *
 * Limits: digests from MIN_DIGEST_SIZE to MAX_DIGEST_SIZE, so that a sender
 * cannot choose a name that any bytes have. Identity "digests" are the block, of
 * any size up to MAX_DIGEST_SIZE: right by construction, and of no use to the
 * sender, as no peer is ever asked for them.
 */
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { nativePromise } from '../core/native-promise.ts'
import { MalformedMessageError, UnknownHashError } from './errors.ts'
import { MAX_DIGEST_SIZE, MIN_DIGEST_SIZE } from './limits.ts'
import { readVarint, varintSize, writeVarint } from './varint.ts'
import type { Block, Prefix, ReceivedBlock } from './message.ts'
import type { MultihashDigest, MultihashHasher } from 'multiformats/hashes/interface'

/** Finds the hash function of a multicodec code. Throws when there is none. */
export type HasherLoader = (code: number) => MultihashHasher | Promise<MultihashHasher>

/** What every CIDv0 has, and every block of Bitswap 1.0.0: dag-pb, sha2-256. */
export const CIDV0_PREFIX: Prefix = Object.freeze({ version: 0, codec: 0x70, hash: 0x12, digestSize: 32 })

/** Four varints of at most 8 bytes each: numbers end at 2^53 - 1. */
export const MAX_PREFIX_SIZE: number = 4 * 8

/** Bytes of `encodePrefix(cid)`: 4 for everyday CIDs. */
export function prefixSize (cid: CID): number {
  return 1 + varintSize(cid.code) + varintSize(cid.multihash.code) + varintSize(cid.multihash.size)
}

/** Writes the prefix at `offset`, where there must be room. @returns the offset after it */
export function writePrefix (target: Uint8Array, offset: number, cid: CID): number {
  offset = writeVarint(target, offset, cid.version)
  offset = writeVarint(target, offset, cid.code)
  offset = writeVarint(target, offset, cid.multihash.code)

  return writeVarint(target, offset, cid.multihash.size)
}

/** CID version, codec, hash function and digest size, each a varint. */
export function encodePrefix (cid: CID): Uint8Array {
  const bytes = new Uint8Array(prefixSize(cid))
  writePrefix(bytes, 0, cid)

  return bytes
}

/** @throws MalformedMessageError when no CID can have this prefix */
export function decodePrefix (bytes: Uint8Array): Prefix {
  const prefix = parsePrefix(bytes)

  if (prefix === undefined) {
    throw new MalformedMessageError(`no prefix of a CID: ${bytes.length} bytes`)
  }

  return prefix
}

/** As {@link decodePrefix}, but undefined when it is none: a message may hold a million bad ones. */
export function parsePrefix (bytes: Uint8Array): Prefix | undefined {
  const end = Math.min(bytes.length, MAX_PREFIX_SIZE)
  const version = readVarint(bytes, 0, end)
  const codec = readVarint(bytes, 1, end)
  const hashStart = 1 + varintSize(codec)
  const hash = readVarint(bytes, hashStart, end)
  const sizeStart = hashStart + varintSize(hash)
  const digestSize = readVarint(bytes, sizeStart, end)

  if (codec < 0 || hash < 0 || digestSize < 0 || sizeStart + varintSize(digestSize) !== bytes.length) {
    return undefined
  }

  if (version !== 0 && version !== 1) {
    return undefined
  }

  const prefix: Prefix = { version, codec, hash, digestSize }

  return flawOf(prefix) === undefined ? prefix : undefined
}

/** Why no CID can have this prefix; undefined when one can. */
function flawOf ({ version, codec, hash, digestSize }: Prefix): string | undefined {
  if (version === 0 && (codec !== CIDV0_PREFIX.codec || hash !== CIDV0_PREFIX.hash || digestSize !== CIDV0_PREFIX.digestSize)) {
    return 'CIDv0 is for dag-pb and sha2-256 with 32 bytes only'
  }

  if (digestSize > MAX_DIGEST_SIZE || (digestSize < MIN_DIGEST_SIZE && hash !== identity.code)) {
    return `a digest cannot have ${digestSize} bytes`
  }

  return undefined
}

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

/**
 * Hashes the bytes of a block and returns it under the CID they have by its
 * prefix. That it is the block somebody wanted is for the caller to see: other
 * bytes have another CID. Synchronous unless the loader or the hash function is
 * not, so that in Node the common case makes no promise (browsers have only
 * asynchronous sha2). Costs one hash of the bytes; nothing is copied.
 *
 * @throws UnknownHashError when the loader has no such hash function
 * @throws MalformedMessageError when no CID can have the prefix, as when it asks for a digest longer than the function makes
 */
export function verifyBlock (received: ReceivedBlock, getHasher: HasherLoader): Block | Promise<Block> {
  const { hash, digestSize } = received.prefix
  const flaw = flawOf(received.prefix)

  if (flaw !== undefined) {
    throw new MalformedMessageError(`impossible prefix: ${flaw}`)
  }

  // before hashing, which would be a copy of the block; and cut short it would be a name that many blocks have
  if (hash === identity.code && digestSize !== received.bytes.byteLength) {
    throw wrongDigestSize(received.prefix, received.bytes.byteLength)
  }

  const hasher = loadHasher(hash, getHasher)

  return hasher instanceof Promise ? hasher.then(loaded => hashBlock(received, loaded)) : hashBlock(received, hasher)
}

function hashBlock (received: ReceivedBlock, hasher: MultihashHasher): Block | Promise<Block> {
  const digest = nativePromise(hasher.digest(received.bytes))

  return digest instanceof Promise ? digest.then(made => nameBlock(received, made)) : nameBlock(received, digest)
}

function nameBlock ({ prefix, bytes }: ReceivedBlock, digest: MultihashDigest): Block {
  const { version, codec, hash, digestSize } = prefix

  if (digest.code !== hash) {
    throw new UnknownHashError(hash, { cause: new TypeError(`the loader gave hash function 0x${digest.code.toString(16)} for it`) })
  }

  if (digestSize > digest.size) {
    throw wrongDigestSize(prefix, digest.size)
  }

  const named = digestSize === digest.size ? digest : Digest.create(hash, digest.digest.subarray(0, digestSize))

  return { cid: CID.create(version, codec, named), bytes }
}

function wrongDigestSize ({ hash, digestSize }: Prefix, size: number): MalformedMessageError {
  return new MalformedMessageError(`impossible prefix: hash function 0x${hash.toString(16)} makes ${size} bytes, not ${digestSize}`)
}
