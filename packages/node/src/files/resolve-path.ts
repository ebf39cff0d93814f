import { UnixFsError } from '../errors.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { CID } from 'multiformats/cid'

/**
 * The CID at a path below another, as in `folder/file`; an empty path is the
 * CID itself. Reads the blocks on the way, one after the other.
 *
 * @throws UnixFsError when there is nothing of that name, or what should be a folder is none
 * @throws what `source` throws
 */
export async function resolvePath (root: CID, path: string, source: Pick<BlockSource, 'read'>, signal: AbortSignal): Promise<CID> {
  if (path === '') {
    return root
  }

  const { walkPath } = await import('ipfs-unixfs-exporter')
  let failure: { error: unknown } | undefined
  const store = {
    async * get (cid: CID): AsyncGenerator<Uint8Array> {
      try {
        yield await source.read(cid, signal)
      } catch (error) {
        failure = { error }

        throw error
      }
    }
  }
  const found: CID[] = []

  try {
    for await (const { cid } of walkPath(`${root}/${path}`, store, { signal })) {
      found.push(cid)
    }
  } catch (error) {
    if (failure != null) {
      throw failure.error
    }

    throw notFound(root, path, error)
  }

  const target = found.at(-1)

  // the root and every name; the library stops at a file without a word
  if (target == null || found.length !== path.split('/').length + 1) {
    throw notFound(root, path)
  }

  return target
}

/** What is named there is no folder, or has no such name. */
function notFound (root: CID, path: string, cause?: unknown): UnixFsError {
  return new UnixFsError(root, `has nothing named ${JSON.stringify(path)} below it`, { cause })
}
