/**
 * The first of what a dag-pb block links to, found without making sense of the
 * rest: a node of a large file has 174 links, and who waits for the first bytes
 * waits for the first of them.
 */
import * as dagPb from '@ipld/dag-pb'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import type { Step } from './walk.ts'

/** Fields of the protobuf of https://ipld.io/specs/codecs/dag-pb/spec/: links stand before all else, and in a link its CID. */
const LINKS = 0x12
const HASH = 0x0a

/** Undefined when there is none, or it does not plainly stand there; nothing is checked beyond that. */
export function firstLink ({ cid }: Step, bytes: Uint8Array): CID | undefined {
  if (cid.code !== dagPb.code) {
    return undefined
  }

  try {
    return CID.decode(field(HASH, field(LINKS, bytes)))
  } catch {
    return undefined
  }
}

/** What the field holds that `bytes` begin with. */
function field (key: number, bytes: Uint8Array): Uint8Array {
  const [length, size] = varint.decode(bytes, 1)

  if (bytes[0] !== key) {
    throw new RangeError(`begins with ${bytes[0]}, not with ${key}`)
  }

  return bytes.subarray(1 + size, 1 + size + length)
}
