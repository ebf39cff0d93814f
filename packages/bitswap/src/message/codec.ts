/**
 * Messages to bytes and back: the protobuf of Bitswap, by hand, over bytes that
 * come and go in fragments. `encode.ts` and `decode.ts` hold the work, and say
 * what is copied and what is not.
 *
 * Not for: length prefixes (`frame.ts`), hashing (`prefix.ts`).
 */
export { decodeMessage } from './decode.ts'
export { encodeMessage } from './encode.ts'
export { encodedSize } from './sizes.ts'
export type { WireFormat } from './sizes.ts'
