import type { CID } from 'multiformats/cid'

/** A block as the key of a map: the same for every CID of the same bytes and hash function. */
export function multihashKey (cid: CID): string {
  const { buffer, byteOffset, byteLength } = cid.multihash.bytes

  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
