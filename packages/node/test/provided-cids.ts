import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'

/** The CID of a number, the same in every process. */
export function cidOf (number: number): CID {
  return CID.createV1(raw.code, create(0x12, new Uint8Array(createHash('sha256').update(String(number)).digest())))
}
