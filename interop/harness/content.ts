/**
 * What a peer is given to serve, described: the same content for the same
 * description, whoever makes it. CIDv1, leaves are raw blocks.
 */
import { importer } from 'ipfs-unixfs-importer'
import type { ImportCandidate, WritableStorage } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import * as raw from 'multiformats/codecs/raw'
import { randomBytes, randomPieces } from './data.ts'

/** One file of random bytes. */
export interface FileContent {
  size: number
  chunkSize: number
  seed: number
}

/** One folder of small files of random bytes. */
export interface FolderContent {
  files: number
  seed: number
}

export type Content = FileContent | FolderContent

/** What a peer holds: the CIDs of the whole and of the blocks with data, and their bytes. */
export interface Held {
  root: string
  leaves: string[]
  size: number
}

/** No file is larger, so each is one block. */
const MAX_FILE_SIZE = 3_000

export function isFolder (content: Content): content is FolderContent {
  return 'files' in content
}

/** The files of a folder, by name: from 1 to 3000 bytes. */
export function * smallFiles ({ files, seed }: FolderContent): Generator<{ path: string, content: Uint8Array }> {
  for (let index = 0; index < files; index++) {
    yield { path: `file-${index}`, content: randomBytes(1 + index * 7 % MAX_FILE_SIZE, seed * files + index) }
  }
}

/** Stores it. */
export async function importContent (content: Content, blockstore: WritableStorage): Promise<Held> {
  const leaves: string[] = []
  let [root, size] = ['', 0]

  const counted: WritableStorage = {
    put: async (cid, bytes, options) => {
      if (cid.code === raw.code) {
        leaves.push(cid.toString())
        size += (bytes as Uint8Array).length
      }

      return blockstore.put(cid, bytes, options)
    }
  }

  const chunkSize = isFolder(content) ? MAX_FILE_SIZE : content.chunkSize

  for await (const { cid } of importer(sourceOf(content), counted, { chunker: fixedSize({ chunkSize }), wrapWithDirectory: isFolder(content) })) {
    root = cid.toString()
  }

  return { root, leaves, size }
}

function sourceOf (content: Content): Iterable<ImportCandidate> {
  return isFolder(content) ? smallFiles(content) : [{ content: randomPieces(content.size, content.seed) }]
}
