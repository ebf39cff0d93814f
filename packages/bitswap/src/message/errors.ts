/**
 * What can be wrong with bytes from the wire, or for it. Each error says it of
 * a whole message, frame or block; a single entry that cannot be read is left
 * out and counted (`ReceivedMessage.malformed`), not thrown.
 */

/**
 * The bytes are no Bitswap message, or a block's prefix names no possible CID.
 * Of a message nothing is usable: where the next field starts is not known, so
 * the stream it came on has to be reset.
 */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError'
}

/** A message is larger than a frame may carry. Nothing of it was buffered or sent. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError'
  /** Encoded size, or what the length prefix claims. */
  readonly size: number
  readonly maxSize: number

  constructor (size: number, maxSize: number) {
    super(`message has ${size} bytes, more than the ${maxSize} allowed`)
    this.size = size
    this.maxSize = maxSize
  }
}

/** No hash function for this multicodec code is at hand, so nothing named by it can be verified. */
export class UnknownHashError extends Error {
  override readonly name = 'UnknownHashError'
  /** Multicodec code of the hash function. */
  readonly code: number

  constructor (code: number, options?: ErrorOptions) {
    super(`no hash function for multicodec code 0x${code.toString(16)}`, options)
    this.code = code
  }
}
