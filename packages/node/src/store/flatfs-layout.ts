/**
 * Where a block lies in a folder of blocks: the layout that Kubo calls flatfs
 * with `next-to-last/2` and uses by default, so that the folder of either can
 * be copied over the other's. Pure but for {@link prepareBlockFolder}.
 *
 * A block is named by its multihash alone, so CIDs that differ only in version
 * or codec share one file. Other flatfs layouts are refused, not converted.
 */
import { mkdir, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { base32upper } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { UnsupportedLayoutError } from '../errors.ts'
import { writeAtomically } from './atomic-write.ts'
import { errorCode, storageError, unlessMissing } from './storage-error.ts'
import type { MultihashDigest } from 'multiformats/hashes/interface'

/** What the file SHARDING says, in Kubo's words: two letters of the name, those before the last one. */
export const SHARDING = '/repo/flatfs/shard/v1/next-to-last/2'

/** How the name of a block's file ends. */
export const BLOCK_EXTENSION = '.data'

/** Folder for files that are being written; Kubo empties a folder of this name, too. */
export const TEMPORARY_FOLDER = '.temp'

const README = `Each file here is one block, named by the base32 form of its multihash.
It lies in the folder named by the two letters before the last one of that name,
so AFKREIA…RSCA${BLOCK_EXTENSION} is found in SC. The file SHARDING says so to programs.
`

export interface BlockFile {
  folder: string
  name: string
}

/** Where the block of a multihash lies, relative to the folder of blocks. */
export function blockFile (multihash: MultihashDigest): BlockFile {
  // the first letter is multibase's mark for base32, which flatfs leaves out
  const name = base32upper.encode(multihash.bytes).slice(1)

  return { folder: name.padStart(4, '_').slice(-3, -1), name: name + BLOCK_EXTENSION }
}

/**
 * The CID of a file by its name, as a raw CIDv1 since the codec is not kept.
 * Undefined when no block has that name.
 */
export function cidOfBlockFile (name: string): CID | undefined {
  if (!name.endsWith(BLOCK_EXTENSION)) {
    return undefined
  }

  try {
    const bytes = base32upper.decode('B' + name.slice(0, -BLOCK_EXTENSION.length))

    return CID.createV1(raw.code, Digest.decode(bytes))
  } catch {
    // any file may lie here: one that no multihash names is none of ours
    return undefined
  }
}

/**
 * Makes a folder ready to hold blocks, or checks that it is.
 *
 * @throws UnsupportedLayoutError when it holds files in another layout; nothing is changed then
 * @throws ReadOnlyError, DiskFullError when it cannot be made
 */
export async function prepareBlockFolder (path: string): Promise<void> {
  const marker = join(path, 'SHARDING')

  try {
    await mkdir(path, { recursive: true })
    const found = await readFile(marker, 'utf8').catch(unlessMissing)

    if (found != null) {
      requireSharding(path, found.trim())

      return
    }

    // what an attempt that was cut short leaves does not count
    if ((await readdir(path)).some(name => !name.startsWith('.') && name !== '_README')) {
      throw new UnsupportedLayoutError(path, 'it is not empty and has no file SHARDING')
    }

    const options = { temporaryFolder: join(path, TEMPORARY_FOLDER), sync: true }
    const encoder = new TextEncoder()

    // the marker is written last: a folder that has it is complete
    await writeAtomically(join(path, '_README'), encoder.encode(README), options)
    await writeAtomically(marker, encoder.encode(SHARDING + '\n'), options)
  } catch (error) {
    switch (errorCode(error)) {
      case 'ENOTDIR': case 'EEXIST': throw new UnsupportedLayoutError(path, 'it is not a folder')
      case 'EISDIR': throw new UnsupportedLayoutError(path, 'its file SHARDING is a folder')
      default: throw storageError(error, path)
    }
  }
}

function requireSharding (path: string, sharding: string): void {
  if (sharding !== SHARDING) {
    throw new UnsupportedLayoutError(path, `its files are sharded by ${JSON.stringify(sharding.slice(0, 80))}, and only ${SHARDING} can be read`)
  }
}
