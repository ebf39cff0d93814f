/**
 * What a block links to, in the order it says so, for the codecs a graph is made
 * of here: dag-pb, dag-cbor, dag-json, and raw, cbor and json, which have none.
 */
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { createUnsafe } from 'multiformats/block'
import * as json from 'multiformats/codecs/json'
import * as raw from 'multiformats/codecs/raw'
import { InvalidArgumentError } from '../errors.ts'
import type { CID } from 'multiformats/cid'
import type { BlockDecoder } from 'multiformats/codecs/interface'

/** Plain cbor: no links. */
const CBOR = 0x51

const WITHOUT_LINKS: ReadonlySet<number> = new Set([raw.code, json.code, CBOR])

const CODECS: ReadonlyMap<number, BlockDecoder<number, unknown> & { name: string }> = new Map<number, BlockDecoder<number, unknown> & { name: string }>([
  [dagPb.code, dagPb],
  [dagCbor.code, dagCbor],
  [dagJson.code, dagJson]
])

/** Whether blocks of its codec may link to others, or it is not known. */
export function hasLinks (cid: CID): boolean {
  return !WITHOUT_LINKS.has(cid.code)
}

/** @throws InvalidArgumentError when the codec is not known, or the bytes are not of it */
export function dagLinks (cid: CID, bytes: Uint8Array): CID[] {
  if (WITHOUT_LINKS.has(cid.code)) {
    return []
  }

  const codec = CODECS.get(cid.code)

  if (codec == null) {
    throw new InvalidArgumentError('block', cid.toString(), `what it links to is not known for codec 0x${cid.code.toString(16)}`)
  }

  try {
    return [...createUnsafe({ cid, bytes, codec }).links()].map(([, link]) => link)
  } catch (error) {
    throw new InvalidArgumentError('block', cid.toString(), `it is not valid ${codec.name}`, { cause: error })
  }
}
