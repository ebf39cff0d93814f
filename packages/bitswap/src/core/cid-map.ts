/**
 * Maps and sets whose keys are multihashes: CIDv0 and CIDv1 of one hash, and
 * CIDs of different codecs, are one entry, as they are one block in a store.
 */
import type { CID } from 'multiformats/cid'

/**
 * The multihash as a string of one character a byte: ten times cheaper than
 * `cid.toString()`, and equal exactly when the multihashes are.
 */
export function multihashKey (cid: CID): string {
  const bytes = cid.multihash.bytes
  let key = ''

  // fromCharCode takes its arguments on the stack: an identity CID may be long
  for (let i = 0; i < bytes.length; i += 1024) {
    key += String.fromCharCode(...bytes.subarray(i, i + 1024))
  }

  return key
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
