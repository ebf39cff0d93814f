/**
 * One copy of the bytes of each block for all stores of a network: a thousand
 * nodes that fetch the same file hold it once. Keeps what the stores would keep
 * anyway, so it is let go of with the network.
 */
export class BlockPool {
  readonly #blocks: Map<string, Uint8Array> = new Map()

  /** The bytes to be kept in place of these: the same, and perhaps another array. */
  keep (key: string, bytes: Uint8Array): Uint8Array {
    const known = this.#blocks.get(key)

    if (known == null) {
      // a copy of its own: a view would hold all of the message it came in
      const copy = bytes.slice()
      this.#blocks.set(key, copy)

      return copy
    }

    return isSame(known, bytes) ? known : bytes
  }
}

function isSame (a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) {
    return false
  }

  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return false
    }
  }

  return true
}
