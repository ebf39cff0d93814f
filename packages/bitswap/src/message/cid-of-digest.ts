/**
 * CIDs of digests that were just made. Those made one after the other share
 * small slabs: an ArrayBuffer for each costs more than hashing a small block.
 *
 * Limits: a CID that is kept keeps up to {@link SLAB_SIZE} bytes with it.
 */
import type { CID } from 'multiformats/cid'
import { decodeCID, SLAB_SIZE } from './cid-decoder.ts'
import { MalformedMessageError } from './errors.ts'
import type { Prefix } from './message.ts'
import { varintSize, writeVarint } from './varint.ts'

let slab = new Uint8Array(0)
let used = 0

/** @param digest - copied, as much of it as the prefix says; it must have that much */
export function cidOfDigest ({ version, codec, hash, digestSize }: Prefix, digest: Uint8Array): CID {
  const size = (version === 0 ? 0 : 1 + varintSize(codec)) + varintSize(hash) + varintSize(digestSize) + digestSize

  if (used + size > slab.length) {
    slab = new Uint8Array(Math.max(size, SLAB_SIZE))
    used = 0
  }

  const start = used
  let at = start

  if (version !== 0) {
    at = writeVarint(slab, at, version)
    at = writeVarint(slab, at, codec)
  }

  at = writeVarint(slab, at, hash)
  at = writeVarint(slab, at, digestSize)

  for (let i = 0; i < digestSize; i++) {
    slab[at++] = digest[i] as number
  }

  const cid = decodeCID(slab, start, at)

  if (cid === undefined) {
    throw new MalformedMessageError(`no CID has version ${version} and codec ${codec}`) // what prefixes are allowed does not let it come to this
  }

  used = at

  return cid
}
