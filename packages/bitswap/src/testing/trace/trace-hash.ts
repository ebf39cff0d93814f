/**
 * A number that stands for a whole run: everything absorbed, in order. Two runs
 * with the same number were, for all purposes of a test, the same run.
 *
 * The block step and the finish are those of MurmurHash3_x86_128 (Austin
 * Appleby, public domain); what is put into it is ours. Whole-number arithmetic
 * on 32 bits only, so that every engine gives the same sequence; see
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 *
 * Not for: security. Whoever wants two runs to have one hash can make them.
 *
 * Limits: 128 bits of state, 16 bytes a step, under a nanosecond a byte.
 */

/** Bytes of a step: one word for each part of the state. */
const STEP = 16

/** What is taken begins with one of these and its length, so that no two things, nor their cuts, read alike. */
const Kind = { Numbers: 1, Bytes: 2, Text: 3, End: 4 } as const

export class TraceHash {
  #h1 = 0
  #h2 = 0
  #h3 = 0
  #h4 = 0
  /** Where rows that are not whole in what was given are put together. */
  readonly #row: DataView = new DataView(new ArrayBuffer(STEP))

  /** Takes numbers, as the bits of a float64: any two that differ do so here, but 0 and -0. */
  numbers (...values: number[]): void {
    this.#pair(Kind.Numbers, values.length)

    for (let i = 0; i < values.length; i += 2) {
      this.#pair(values[i] as number, values[i + 1] ?? 0)
    }
  }

  /** Takes bytes, and how many they are; nothing of them is kept. */
  bytes (bytes: Uint8Array): void {
    const whole = bytes.byteLength - bytes.byteLength % STEP

    this.#pair(Kind.Bytes, bytes.byteLength)

    if (whole > 0) {
      this.#absorb(new DataView(bytes.buffer, bytes.byteOffset, whole), whole)
    }

    if (whole < bytes.byteLength) {
      this.#clearRow()

      for (let i = whole; i < bytes.byteLength; i++) {
        this.#row.setUint8(i - whole, bytes[i] as number)
      }

      this.#absorb(this.#row, STEP)
    }
  }

  /** Takes a text, and how long it is. */
  text (text: string): void {
    this.#pair(Kind.Text, text.length)

    for (let i = 0; i < text.length; i += STEP / 2) {
      this.#clearRow()

      for (let j = i; j < text.length && j < i + STEP / 2; j++) {
        this.#row.setUint16(2 * (j - i), text.charCodeAt(j), true)
      }

      this.#absorb(this.#row, STEP)
    }
  }

  /** Of all that was taken so far, as 32 hexadecimal digits; more may be taken afterwards. */
  digest (): string {
    const copy = new TraceHash()
    copy.#h1 = this.#h1
    copy.#h2 = this.#h2
    copy.#h3 = this.#h3
    copy.#h4 = this.#h4
    copy.#pair(Kind.End, 0)
    copy.#stir()
    copy.#h1 = mix(copy.#h1)
    copy.#h2 = mix(copy.#h2)
    copy.#h3 = mix(copy.#h3)
    copy.#h4 = mix(copy.#h4)
    copy.#stir()

    return [copy.#h1, copy.#h2, copy.#h3, copy.#h4].map(part => (part >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #pair (first: number, second: number): void {
    this.#row.setFloat64(0, first + 0, true) // which makes 0 of -0
    this.#row.setFloat64(8, second + 0, true)
    this.#absorb(this.#row, STEP)
  }

  /** Takes the first `end` bytes, a multiple of {@link STEP}. */
  #absorb (view: DataView, end: number): void {
    // in locals, or every step would write to the heap
    let [h1, h2, h3, h4] = [this.#h1, this.#h2, this.#h3, this.#h4]

    for (let i = 0; i < end; i += STEP) {
      h1 ^= Math.imul(rotate(Math.imul(view.getInt32(i, true), 0x239b961b), 15), 0xab0e9789)
      h1 = (Math.imul(rotate(h1, 19) + h2 | 0, 5) + 0x561ccd1b) | 0
      h2 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 4, true), 0xab0e9789), 16), 0x38b34ae5)
      h2 = (Math.imul(rotate(h2, 17) + h3 | 0, 5) + 0x0bcaa747) | 0
      h3 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 8, true), 0x38b34ae5), 17), 0xa1e38b93)
      h3 = (Math.imul(rotate(h3, 15) + h4 | 0, 5) + 0x96cd1c35) | 0
      h4 ^= Math.imul(rotate(Math.imul(view.getInt32(i + 12, true), 0xa1e38b93), 18), 0x239b961b)
      h4 = (Math.imul(rotate(h4, 13) + h1 | 0, 5) + 0x32ac3b17) | 0
    }

    this.#h1 = h1
    this.#h2 = h2
    this.#h3 = h3
    this.#h4 = h4
  }

  #clearRow (): void {
    this.#row.setFloat64(0, 0)
    this.#row.setFloat64(8, 0)
  }

  /** Each part of the state comes to depend on all. */
  #stir (): void {
    this.#h1 = (this.#h1 + this.#h2 + this.#h3 + this.#h4) | 0
    this.#h2 = (this.#h2 + this.#h1) | 0
    this.#h3 = (this.#h3 + this.#h1) | 0
    this.#h4 = (this.#h4 + this.#h1) | 0
  }
}

function rotate (value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** Each bit of the result depends on each of the value. */
function mix (value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)

  return value ^ (value >>> 16)
}
