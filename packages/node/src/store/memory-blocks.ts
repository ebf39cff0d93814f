/**
 * Blocks in memory, for a repo that is gone when it is closed. All is done at
 * once: who reads or writes waits for nothing. A block is kept as it is handed in,
 * not copied, and handed out the same.
 */
import { BaseBlockstore } from 'blockstore-core/base'
import { NotFoundError } from 'interface-store'
import { identity } from 'multiformats/hashes/identity'
import * as raw from 'multiformats/codecs/raw'
import { CID } from 'multiformats/cid'
import { collect } from './collect.ts'
import { multihashKey } from './multihash-key.ts'
import type { Pieces } from './collect.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Pair } from 'interface-blockstore'

interface Kept {
  cid: CID
  bytes: Uint8Array
}

export class MemoryBlocks extends BaseBlockstore {
  readonly path = ''
  readonly #blocks: Map<string, Kept> = new Map()

  override has (cid: CID, options?: AbortOptions): boolean | Promise<boolean> {
    options?.signal?.throwIfAborted()

    return this.#blocks.has(multihashKey(cid))
  }

  override put (cid: CID, value: Uint8Array | Pieces, options?: AbortOptions): CID | Promise<CID> {
    options?.signal?.throwIfAborted()

    return value instanceof Uint8Array ? this.#keep(cid, value) : collect(value, Infinity).then(bytes => this.#keep(cid, bytes))
  }

  override * get (cid: CID, options?: AbortOptions): Generator<Uint8Array> {
    options?.signal?.throwIfAborted()

    const kept = this.#blocks.get(multihashKey(cid))

    if (kept == null) {
      throw new NotFoundError(`block ${cid} is not in the repo`)
    }

    yield kept.bytes
  }

  /** Undefined in one that makes others wait, as tests do. */
  readonly getNow: ((cid: CID) => Uint8Array | undefined) | undefined = cid => this.#blocks.get(multihashKey(cid))?.bytes

  override async delete (cid: CID): Promise<void> {
    this.#blocks.delete(multihashKey(cid))
  }

  override * getAll (options?: AbortOptions): Generator<Pair> {
    for (const { cid } of this.#blocks.values()) {
      options?.signal?.throwIfAborted()
      yield { cid: CID.createV1(raw.code, cid.multihash), bytes: this.get(cid) }
    }
  }

  async * cids (options?: AbortOptions): AsyncGenerator<CID> {
    for (const { cid } of this.getAll(options)) {
      yield cid
    }
  }

  /** @throws NotFoundError */
  size (cid: CID): number {
    const size = cid.multihash.code === identity.code ? cid.multihash.digest.byteLength : this.#sizeOf(cid)

    if (size == null) {
      throw new NotFoundError(`block ${cid} is not in the repo`)
    }

    return size
  }

  storedSize (cid: CID): number | undefined | Promise<number | undefined> {
    return this.#sizeOf(cid)
  }

  async * sizes (options?: AbortOptions): AsyncGenerator<number> {
    for (const { bytes } of this.#blocks.values()) {
      options?.signal?.throwIfAborted()
      yield bytes.byteLength
    }
  }

  /** Nothing outlives the process that it could be compared with. */
  async fingerprint (): Promise<undefined> {}

  #sizeOf (cid: CID): number | undefined {
    return this.#blocks.get(multihashKey(cid))?.bytes.byteLength
  }

  #keep (cid: CID, bytes: Uint8Array): CID {
    this.#blocks.set(multihashKey(cid), { cid, bytes })

    return cid
  }
}
