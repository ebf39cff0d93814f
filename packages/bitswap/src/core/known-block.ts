/** Blocks that need not be fetched: the CID says it all. */
import type { CID } from 'multiformats/cid'
import { multihashKey } from './cid-map.ts'

/** Multicodec code of the hash function that hashes nothing: the digest is the block. */
const IDENTITY = 0x00

/** Multihash of no bytes at all, with sha2-256. */
const EMPTY_SHA2_256: string = String.fromCharCode(...Uint8Array.from(
  '1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'.match(/../g) ?? [],
  byte => Number.parseInt(byte, 16)
))

/** Is the block written out in its CID? Such blocks are never asked for, sent or stored. */
export function isIdentity (cid: CID): boolean {
  return cid.multihash.code === IDENTITY
}

/**
 * The block of an identity CID, and the empty block, which is asked of nobody
 * either: boxo servers take it for missing (as of 0.42) and never send it.
 */
export function knownBlock (cid: CID): Uint8Array | undefined {
  if (isIdentity(cid)) {
    return cid.multihash.digest
  }

  return cid.multihash.size === 32 && multihashKey(cid) === EMPTY_SHA2_256 ? new Uint8Array(0) : undefined
}
