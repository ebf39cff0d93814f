/**
 * A set of block keys for graphs that have millions: 16 bytes of each key, in one
 * array, some 21 to 43 bytes a key as it grows; a `Set` of strings takes over a
 * hundred, and ends at 16.7 million.
 *
 * What is kept of a key are the first bytes of its digest with what tells hash
 * functions, lengths and variants apart. To make two keys that are taken for one
 * costs some 2^63 hashes. Not for identity CIDs, whose "digest" anybody can choose.
 */
import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'

const WORDS = 4

/** So much of the slots is used at most: with more, searching gets slow. */
const FILLED = 3 / 4

const FIRST_SLOTS = 64

// nobody outside knows where a key falls, so nobody can make many fall together
const SEED = randomBytes(4).readInt32LE()

export class KeySet {
  #slots: Uint32Array = new Uint32Array(FIRST_SLOTS * WORDS)
  #size = 0
  readonly #key: Uint32Array = new Uint32Array(WORDS)

  get size (): number {
    return this.#size
  }

  /**
   * False when it is there already.
   *
   * @param variant - tells apart what has the same multihash, as by its codec
   */
  add (cid: CID, variant: number = 0): boolean {
    const place = this.#find(this.#read(cid, variant))

    if (this.#isTaken(place)) {
      return false
    }

    this.#slots.set(this.#key, place)
    this.#size++

    if (this.#size > this.#slots.length / WORDS * FILLED) {
      this.#grow()
    }

    return true
  }

  has (cid: CID, variant: number = 0): boolean {
    return this.#isTaken(this.#find(this.#read(cid, variant)))
  }

  #read ({ multihash: { code, digest } }: CID, variant: number): Uint32Array {
    const key = this.#key

    for (let word = 0; word < WORDS; word++) {
      const at = word * 4

      key[word] = (digest[at] ?? 0) | (digest[at + 1] ?? 0) << 8 | (digest[at + 2] ?? 0) << 16 | (digest[at + 3] ?? 0) << 24
    }

    key[1] = (key[1] ?? 0) ^ Math.imul(code + 1, 0x9e3779b1)
    key[2] = (key[2] ?? 0) ^ Math.imul(digest.byteLength + 1, 0x85ebca6b)
    key[3] = ((key[3] ?? 0) ^ Math.imul(variant, 0xc2b2ae35)) | 1 // a slot of zeros is free

    return key
  }

  /** Where it is, or where it would go. */
  #find (key: Uint32Array): number {
    const slots = this.#slots
    const mask = slots.length / WORDS - 1
    let hash = Math.imul((key[0] ?? 0) ^ SEED, 0x9e3779b1) ^ Math.imul((key[1] ?? 0) + SEED, 0x85ebca6b) ^ Math.imul((key[2] ?? 0) ^ SEED, 0xc2b2ae35)

    hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d)

    for (let slot = (hash ^ hash >>> 13) & mask; ; slot = slot + 1 & mask) {
      const at = slot * WORDS

      if (slots[at + 3] === 0 || (slots[at] === key[0] && slots[at + 1] === key[1] && slots[at + 2] === key[2] && slots[at + 3] === key[3])) {
        return at
      }
    }
  }

  #isTaken (place: number): boolean {
    return this.#slots[place + WORDS - 1] !== 0
  }

  #grow (): void {
    const before = this.#slots

    this.#slots = new Uint32Array(before.length * 2)

    for (let at = 0; at < before.length; at += WORDS) {
      if (before[at + WORDS - 1] !== 0) {
        const key = before.subarray(at, at + WORDS)

        this.#slots.set(key, this.#find(key))
      }
    }
  }
}
