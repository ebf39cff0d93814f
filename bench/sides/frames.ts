/**
 * Frames on a stream: each its length as a varint, then its bytes. As little
 * work as it takes; trusts the other end.
 */
import type { Uint8ArrayList } from 'uint8arraylist'

export class FrameReader {
  readonly #came: (frame: Uint8Array) => void
  /** A frame that is not whole yet. */
  #frame: Uint8Array | undefined
  #filled = 0
  /** A length that is not whole yet, and bits of it so far. */
  #length = 0
  #bits = 0

  /** @param came - told each frame; it may point into what was pushed */
  constructor (came: (frame: Uint8Array) => void) {
    this.#came = came
  }

  push (data: Uint8Array | Uint8ArrayList): void {
    for (const bytes of data instanceof Uint8Array ? [data] : data) {
      for (let at = 0; at < bytes.length;) {
        at = this.#frame == null ? this.#begin(bytes, at) : this.#fill(this.#frame, bytes, at)
      }
    }
  }

  /** A byte of a length, and the frame with it where it is whole. @returns where to go on */
  #begin (bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0

    this.#length |= (byte & 0x7f) << this.#bits
    this.#bits += 7

    if (byte >= 0x80) {
      return at + 1
    }

    const length = this.#length
    const [start, end] = [at + 1, at + 1 + length]

    this.#length = 0
    this.#bits = 0

    if (end <= bytes.length) {
      this.#came(bytes.subarray(start, end))

      return end
    }

    this.#frame = Buffer.allocUnsafe(length)
    this.#filled = 0

    return start
  }

  #fill (frame: Uint8Array, bytes: Uint8Array, at: number): number {
    const taken = Math.min(frame.length - this.#filled, bytes.length - at)

    frame.set(bytes.subarray(at, at + taken), this.#filled)
    this.#filled += taken

    if (this.#filled === frame.length) {
      this.#frame = undefined
      this.#came(frame)
    }

    return at + taken
  }
}

export function varint (value: number): number[] {
  const bytes: number[] = []

  for (; value >= 0x80; value >>>= 7) {
    bytes.push(value & 0x7f | 0x80)
  }

  return [...bytes, value]
}
