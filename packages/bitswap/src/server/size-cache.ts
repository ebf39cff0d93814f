/**
 * Sizes of blocks, by multihash. What a block is named by fixes its size, so a
 * size once learnt holds for ever, whether or not the block is still here.
 *
 * Limits: `maxEntries`; the one longest unused is forgotten first.
 */
export class SizeCache {
  readonly #sizes: Map<string, number> = new Map() // longest unused first
  readonly #maxEntries: number

  constructor (maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get (multihash: string): number | undefined {
    const size = this.#sizes.get(multihash)

    if (size != null) {
      this.set(multihash, size)
    }

    return size
  }

  set (multihash: string, size: number): void {
    this.#sizes.delete(multihash)
    this.#sizes.set(multihash, size)

    if (this.#sizes.size > this.#maxEntries) {
      for (const oldest of this.#sizes.keys()) {
        this.#sizes.delete(oldest)
        break
      }
    }
  }
}
