/**
 * Peer ids from numbers, for tests and simulations. Not for use: they look like
 * ed25519 ids, but nobody has their private keys.
 */
import type { PeerId } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { create } from 'multiformats/hashes/digest'
import { SeededRandom } from '../core/random.ts'

/**
 * What an ed25519 key has before its 32 bytes: field 1, type 1 (Ed25519); field
 * 2, length 32. See https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
 */
const ED25519_HEADER = [0x08, 0x01, 0x12, 0x20]

/** Keys of this type are not hashed: the multihash holds them as they are. */
const IDENTITY = 0x00

/**
 * The same seed, and number of those of a seed, give the same id. Both are whole
 * numbers below 2^32.
 */
export function peerIdFromSeed (seed: number, number?: number): PeerId {
  const key = new Uint8Array(ED25519_HEADER.length + 32)
  const half = ED25519_HEADER.length + 16
  key.set(ED25519_HEADER)
  new SeededRandom(seed).fillBytes(key.subarray(ED25519_HEADER.length))

  if (number != null) {
    new SeededRandom(number).fillBytes(key.subarray(half))
  }

  return peerIdFromMultihash(create(IDENTITY, key))
}
