/**
 * Numbers CIDs in the order they come, so that what a message says twice of one
 * CID can be merged. Exact CIDs, not multihashes: a peer may want one block
 * under two CIDs, and waits for an answer to each.
 *
 * An open hash table over bytes, because a Map needs a string for every CID,
 * which costs more than all the rest of decoding. Its hash is no secret, so
 * somebody may send CIDs that all collide: when looking takes longer than it
 * should, a Map of strings, whose hash is secret, takes over for good.
 *
 * Costs memory in proportion to the CIDs; bounded by what the caller adds.
 */
import type { CID } from 'multiformats/cid'
import { bytesKey } from '../core/bytes-key.ts'

const MIN_TABLE_SIZE = 16

/** Steps a look-up may take on average before the table counts as attacked; with honest CIDs it is 1.5. */
const MAX_MEAN_STEPS = 8

export class CIDIndex {
  readonly #cids: CID[] = []
  /** Number of the CID + 1; 0 is free. A power of two long, at most half full. */
  #table: Int32Array
  /** Allowance of steps that is left; grows with every look-up. */
  #allowance: number = 64
  #strings: Map<string, number> | undefined

  /** @param expected - how many CIDs are likely to come: spares growing, but takes up to 16 bytes for each at once */
  constructor (expected: number = 0) {
    let size = MIN_TABLE_SIZE

    while (size < expected * 2) {
      size *= 2
    }

    this.#table = new Int32Array(size)
  }

  get size (): number {
    return this.#cids.length
  }

  /** True once the table was given up for a Map. */
  get collided (): boolean {
    return this.#strings !== undefined
  }

  /** The number of this CID: that of an earlier equal one, else `size` as it was before the call. */
  add (cid: CID): number {
    if (this.#strings !== undefined) {
      return this.#addString(cid, this.#strings)
    }

    const table = this.#table
    const at = this.#find(cid.bytes)

    if (at < 0) {
      return this.#addString(cid, this.#giveUpTable())
    }

    const found = table[at] as number

    if (found > 0) {
      return found - 1
    }

    table[at] = this.#cids.push(cid)

    if (this.#cids.length * 2 > table.length) {
      this.#grow()
    }

    return this.#cids.length - 1
  }

  /** Where in the table this CID is, or belongs; -1 when it took too long to find. */
  #find (bytes: Uint8Array): number {
    const table = this.#table
    const mask = table.length - 1
    let at = hashOf(bytes) & mask
    this.#allowance += MAX_MEAN_STEPS

    for (;;) {
      const found = table[at] as number

      if (found === 0 || sameBytes((this.#cids[found - 1] as CID).bytes, bytes)) {
        return at
      }

      if (--this.#allowance < 0) {
        return -1
      }

      at = (at + 1) & mask
    }
  }

  #grow (): void {
    this.#table = new Int32Array(this.#table.length * 2)

    for (let i = 0; i < this.#cids.length; i++) {
      const at = this.#find((this.#cids[i] as CID).bytes)

      if (at < 0) {
        this.#giveUpTable()

        return
      }

      this.#table[at] = i + 1
    }
  }

  #giveUpTable (): Map<string, number> {
    const strings = new Map(this.#cids.map((cid, number) => [bytesKey(cid.bytes), number]))

    this.#strings = strings
    this.#table = new Int32Array(0)

    return strings
  }

  #addString (cid: CID, strings: Map<string, number>): number {
    const key = bytesKey(cid.bytes)
    const found = strings.get(key)

    if (found !== undefined) {
      return found
    }

    strings.set(key, this.#cids.length)

    return this.#cids.push(cid) - 1
  }
}

/** The last four bytes, stirred: those of a digest are as good as random. */
function hashOf (bytes: Uint8Array): number {
  let word = 0

  for (let i = Math.max(0, bytes.length - 4); i < bytes.length; i++) {
    word = (word << 8) | (bytes[i] as number)
  }

  const hash = Math.imul(word, 0x9e37_79b1) // 2^32 / golden ratio: Fibonacci hashing

  return hash ^ (hash >>> 15)
}

/** From the end, where CIDs differ first. */
function sameBytes (a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) {
    return false
  }

  for (let i = a.length - 1; i >= 0; i--) {
    if (a[i] !== b[i]) {
      return false
    }
  }

  return true
}
