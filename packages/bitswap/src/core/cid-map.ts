/**
 * Maps and sets whose keys are multihashes: CIDv0 and CIDv1 of one hash, and
 * CIDs of different codecs, are one entry, as they are one block in a store.
 */
import type { CID } from 'multiformats/cid'
import { bytesKey } from './bytes-key.ts'

/** The multihash as a string: far cheaper than `cid.toString()`, and equal exactly when the multihashes are. */
export function multihashKey (cid: CID): string {
  return bytesKey(cid.multihash.bytes)
}

export class CIDMap<V> implements Iterable<[CID, V]> {
  readonly #entries: Map<string, [CID, V]> = new Map()

  get size (): number {
    return this.#entries.size
  }

  get (cid: CID): V | undefined {
    return this.#entries.get(multihashKey(cid))?.[1]
  }

  has (cid: CID): boolean {
    return this.#entries.has(multihashKey(cid))
  }

  /** Keeps the CID of the first `set` as the entry's name. */
  set (cid: CID, value: V): this {
    const key = multihashKey(cid)
    const entry = this.#entries.get(key)

    if (entry == null) {
      this.#entries.set(key, [cid, value])
    } else {
      entry[1] = value
    }

    return this
  }

  delete (cid: CID): boolean {
    return this.#entries.delete(multihashKey(cid))
  }

  clear (): void {
    this.#entries.clear()
  }

  [Symbol.iterator] (): IterableIterator<[CID, V]> {
    return this.#entries.values()
  }
}
