import { UnixFsError } from '../errors.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { CID } from 'multiformats/cid'

/**
 * The CID at a path below another, as in `folder/file`; an empty path is the
 * CID itself. Reads the blocks on the way, one after the other.
 *
 * @throws UnixFsError when there is nothing of that name
 */
export async function resolvePath (root: CID, path: string, source: Pick<BlockSource, 'read'>, signal: AbortSignal): Promise<CID> {
  if (path === '') {
    return root
  }

  const { walkPath } = await import('ipfs-unixfs-exporter')
  const store = {
    async * get (cid: CID): AsyncGenerator<Uint8Array> {
      yield await source.read(cid, signal)
    }
  }
  let found = root

  try {
    for await (const { cid } of walkPath(`${root}/${path}`, store, { signal })) {
      found = cid
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') {
      throw new UnixFsError(root, `has nothing named ${JSON.stringify(path)} below it`, { cause: error })
    }

    throw error
  }

  return found
}
