/**
 * Writes dag-pb nodes and the UnixFS data of files, as far as `dags.ts` needs
 * them. See https://ipld.io/specs/codecs/dag-pb/spec/ and
 * https://specs.ipfs.tech/unixfs/.
 */
import type { CID } from 'multiformats/cid'
import { varintSize, writeVarint } from '../message/varint.ts'

export interface Link {
  cid: CID
  /** Bytes of all that is below it. */
  size: number
}

/** UnixFS: the data is of a file. */
const FILE_TYPE = 2

/** Tags: the number of the field, and how it is written. */
const LINK_HASH = 0x0a
const LINK_NAME = 0x12
const LINK_SIZE = 0x18
const NODE_DATA = 0x0a
const NODE_LINK = 0x12
const UNIXFS_TYPE = 0x08
const UNIXFS_FILE_SIZE = 0x18
const UNIXFS_BLOCK_SIZE = 0x20

/** Links come first, as they are to. */
export function encodeNode (links: readonly Link[], data: Uint8Array): Uint8Array {
  return concat([...links.map(link => field(NODE_LINK, encodeLink(link))), field(NODE_DATA, data)])
}

/** @param blockSizes - bytes of the file below each link */
export function encodeUnixfsFile (blockSizes: readonly number[]): Uint8Array {
  const fileSize = blockSizes.reduce((sum, size) => sum + size, 0)

  return concat([number(UNIXFS_TYPE, FILE_TYPE), number(UNIXFS_FILE_SIZE, fileSize), ...blockSizes.map(size => number(UNIXFS_BLOCK_SIZE, size))])
}

function encodeLink ({ cid, size }: Link): Uint8Array {
  return concat([field(LINK_HASH, cid.bytes), field(LINK_NAME, new Uint8Array(0)), number(LINK_SIZE, size)])
}

function field (tag: number, value: Uint8Array): Uint8Array {
  return concat([number(tag, value.length), value])
}

function number (tag: number, value: number): Uint8Array {
  const bytes = new Uint8Array(1 + varintSize(value))
  bytes[0] = tag
  writeVarint(bytes, 1, value)

  return bytes
}

function concat (parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0

  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }

  return bytes
}
