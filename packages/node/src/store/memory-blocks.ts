/** Blocks in memory, with what a repo asks of a store beside that. */
import { MemoryBlockstore } from 'blockstore-core/memory'
import { NotFoundError } from 'interface-store'
import { identity } from 'multiformats/hashes/identity'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

export class MemoryBlocks extends MemoryBlockstore {
  readonly path = ''

  async * cids (options?: AbortOptions): AsyncGenerator<CID> {
    for await (const { cid } of this.getAll(options)) {
      yield cid
    }
  }

  /** @throws NotFoundError */
  async size (cid: CID): Promise<number> {
    const size = cid.multihash.code === identity.code ? cid.multihash.digest.byteLength : await this.storedSize(cid)

    if (size == null) {
      throw new NotFoundError(`block ${cid} is not in the repo`)
    }

    return size
  }

  async storedSize (cid: CID): Promise<number | undefined> {
    if (!await this.has(cid)) {
      return undefined
    }

    let size = 0

    for await (const piece of this.get(cid)) {
      size += piece.byteLength
    }

    return size
  }

  async * sizes (options?: AbortOptions): AsyncGenerator<number> {
    for await (const { bytes } of this.getAll(options)) {
      let size = 0

      for await (const piece of bytes) {
        size += piece.byteLength
      }

      yield size
    }
  }

  /** Nothing outlives the process that it could be compared with. */
  async fingerprint (): Promise<undefined> {}
}
