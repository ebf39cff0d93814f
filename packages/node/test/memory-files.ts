/** Files and folders in memory, for tests that read them back. */
import * as dagPb from '@ipld/dag-pb'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { LocalSource } from '../src/node/block-source.ts'
import { walkDag } from '../src/files/dag-walk.ts'
import { unixFsRoot } from '../src/files/unixfs-entries.ts'
import { unixFsWalk } from '../src/files/unixfs-walk.ts'
import type { UnixFsEntry } from '../src/files/unixfs-entries.ts'
import type { UnixFSOptions } from 'ipfs-unixfs'

/** A name and what it names; the same name may come twice, as an attacker would have it. */
export type Entries = Array<[name: string, cid: CID]>

export class MemoryFiles {
  readonly blockstore: MemoryBlockstore = new MemoryBlockstore()
  readonly source: LocalSource = new LocalSource(this.blockstore)

  async file (data: Uint8Array | string, options: UnixFSOptions = {}): Promise<CID> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data

    return await this.#put({ type: 'file', data: bytes, ...options }, [])
  }

  async symlink (target: string): Promise<CID> {
    return await this.#put({ type: 'symlink', data: new TextEncoder().encode(target) }, [])
  }

  async folder (entries: Entries): Promise<CID> {
    return await this.#put({ type: 'directory' }, entries)
  }

  /** What a fetch of `root` yields. */
  walk (root: CID): AsyncGenerator<UnixFsEntry> {
    return walkDag(unixFsRoot(root), unixFsWalk(this.source))
  }

  async #put (options: UnixFSOptions, entries: Entries): Promise<CID> {
    const links = entries.map(([Name, Hash]) => ({ Name, Hash, Tsize: 1 }))
    // as it stands: `createNode` would put it in order
    const bytes = dagPb.encode({ Data: new UnixFS(options).marshal(), Links: links.sort((a, b) => a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0) })
    const cid = CID.createV1(dagPb.code, await sha256.digest(bytes))

    await this.blockstore.put(cid, bytes)

    return cid
  }
}
