/**
 * Unsigned varints: seven bits a byte, least significant first, the top bit set
 * on all bytes but the last. Those of lengths, CIDs and prefixes, which have one
 * encoding only (https://github.com/multiformats/unsigned-varint). Not for
 * protobuf's own, which are lax: `protobuf.ts` reads them.
 *
 * Limit: numbers up to 2^53 - 1.
 */

/**
 * How many bytes `value` takes. Costs a few comparisons.
 *
 * @param value - a whole number from 0 to 2^53 - 1
 */
export function varintSize (value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  if (value < 0x1000_0000) return 4

  let size = 4
  let rest = Math.floor(value / 0x1000_0000)

  while (rest > 0) {
    rest = Math.floor(rest / 0x80)
    size++
  }

  return size
}

/**
 * Writes `value` at `offset`; the target must have room for `varintSize(value)`
 * bytes.
 *
 * @param value - a whole number from 0 to 2^53 - 1
 * @returns the offset after it
 */
export function writeVarint (target: Uint8Array, offset: number, value: number): number {
  let rest = value

  // bitwise operators keep 32 bits only
  while (rest >= 0x8000_0000) {
    target[offset++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }

  while (rest >= 0x80) {
    target[offset++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }

  target[offset++] = rest

  return offset
}

/**
 * The number that starts at `offset`, or -1 when it is cut off at `end`, is not
 * in its shortest encoding, or is above 2^53 - 1. Does not throw, because it
 * reads what peers may fill with a million bad ones. As the encoding is the
 * shortest, the next field starts `varintSize(value)` later.
 */
export function readVarint (source: Uint8Array, offset: number, end: number): number {
  let value = 0
  let scale = 1

  for (let at = offset; at < end; at++) {
    const byte = source[at] as number
    value += (byte & 0x7f) * scale

    if (value > Number.MAX_SAFE_INTEGER) {
      return -1
    }

    if (byte < 0x80) {
      return byte === 0 && at > offset ? -1 : value
    }

    scale *= 0x80
  }

  return -1
}
