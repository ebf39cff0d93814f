/**
 * Randomness as a component, seeded, so that a run can be repeated. Not for
 * secrets: the numbers of a known seed are known to everybody.
 */
export interface Random {
  /** A whole number from 0 up to, not including, `bound` (1 to 2^32). */
  int (bound: number): number
}

/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2018). Whole-number arithmetic only, so that every engine gives
 * the same sequence.
 */
export class SeededRandom implements Random {
  readonly #state: Uint32Array = new Uint32Array(4)

  constructor (seed: number) {
    // splitmix32 spreads a small seed over the whole state
    let mixed = seed >>> 0

    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) >>> 0
      let z = mixed
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      this.#state[i] = z ^ (z >>> 15)
    }
  }

  int (bound: number): number {
    if (!(bound >= 1 && bound <= 0x1_0000_0000)) {
      throw new RangeError(`a bound must be from 1 to 2^32, got ${bound}`)
    }

    // refuse the uneven end of the range, or small numbers would come more often
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound)
    let value = this.#next()

    while (value >= limit) {
      value = this.#next()
    }

    return value % bound
  }

  /** Fills `bytes`; four at a time, little-endian. */
  fillBytes (bytes: Uint8Array): Uint8Array {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.#next()

      for (let j = 0; j < 4 && i + j < bytes.length; j++) {
        bytes[i + j] = word >>> (8 * j)
      }
    }

    return bytes
  }

  #next (): number {
    const s = this.#state as unknown as [number, number, number, number]
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0
    const t = s[1] << 9

    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotateLeft(s[3], 11)

    return result
  }
}

function rotateLeft (value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
