/**
 * A CID as a string, one character a byte: the key of a map that tells CIDs of
 * one block apart, and what to keep of a CID that waits for long, as an object
 * takes several times as much.
 */
import { CID } from 'multiformats/cid'
import { bytesKey } from '../core/bytes-key.ts'
import { decodeCID } from './cid-decoder.ts'

/** Only for CIDs whose length was checked. */
export function cidKey (cid: CID): string {
  return bytesKey(cid.bytes)
}

/** The CID of a {@link cidKey}: another object each time. */
export function cidOfKey (key: string): CID {
  const bytes = new Uint8Array(key.length)

  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = key.charCodeAt(i)
  }

  return decodeCID(bytes, 0, bytes.length) ?? CID.decode(bytes)
}
