/**
 * How a block is named on the wire: by the prefix of its CID, which is all but
 * the digest, which the receiver finds out itself (`verify-block.ts`).
 *
 * Limits: digests from MIN_DIGEST_SIZE to MAX_DIGEST_SIZE, so that a sender
 * cannot choose a name that any bytes have. Identity "digests" are the block, of
 * any size up to MAX_DIGEST_SIZE: right by construction, and of no use to the
 * sender, as no peer is ever asked for them.
 */
import type { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { MalformedMessageError } from './errors.ts'
import { MAX_DIGEST_SIZE, MIN_DIGEST_SIZE } from './limits.ts'
import { readVarint, varintSize, writeVarint } from './varint.ts'
import type { Prefix } from './message.ts'

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
export function flawOf ({ version, codec, hash, digestSize }: Prefix): string | undefined {
  if (version === 0 && (codec !== CIDV0_PREFIX.codec || hash !== CIDV0_PREFIX.hash || digestSize !== CIDV0_PREFIX.digestSize)) {
    return 'CIDv0 is for dag-pb and sha2-256 with 32 bytes only'
  }

  if (digestSize > MAX_DIGEST_SIZE || (digestSize < MIN_DIGEST_SIZE && hash !== identity.code)) {
    return `a digest cannot have ${digestSize} bytes`
  }

  return undefined
}
