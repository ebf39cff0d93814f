/**
 * The words of Bitswap, and their bytes: messages, protobuf, length prefixes,
 * blocks named by the prefix of their CID. Pure functions of what they are
 * given: no streams, no time, no state but in {@link Unframer} and
 * {@link MessageBuilder}.
 *
 * Not for: whom to tell what (`client/`, `server/`), or how it gets there
 * (`network/`).
 *
 * Limits: `limits.ts`. What comes from a peer is bounded by the frame it comes
 * in (4 MiB); decoding costs time and memory in proportion to it.
 *
 * ```ts
 * import { decodeMessage, encodeFrame, MessageBuilder, Unframer } from 'ts-bitswap/message'
 *
 * const builder = new MessageBuilder()
 * builder.addWant({ cid, priority: 1, wantType: 'block', sendDontHave: true })
 * stream.send(encodeFrame(builder.build(), 'v1'))
 *
 * const unframer = new Unframer()
 * unframer.push(bytes)
 *
 * for (let frame = unframer.next(); frame !== undefined; frame = unframer.next()) {
 *   const message = decodeMessage(frame)
 * }
 * ```
 */
export { MessageBuilder } from './builder.ts'
export { decodeMessage, encodedSize, encodeMessage } from './codec.ts'
export { MalformedMessageError, MessageTooLargeError, UnknownHashError } from './errors.ts'
export { encodeFrame, Unframer } from './frame.ts'
export { MAX_BLOCK_SIZE, MAX_CID_SIZE, MAX_DIGEST_SIZE, MAX_ENTRIES, MAX_MESSAGE_SIZE, MIN_DIGEST_SIZE } from './limits.ts'
export { PresenceType, WantType } from './message.ts'
export { defaultHashers, loadHasher, withDefaultHashers } from './hashers.ts'
export type { HasherLoader } from './hashers.ts'
export { decodePrefix, encodePrefix } from './prefix.ts'
export { verifyBlock } from './verify-block.ts'
export { blockSize, cancelSize, pendingBytesSize, presenceSize, wantlistSize, wantSize } from './sizes.ts'
export type { WireFormat } from './codec.ts'
export type { Block, Message, Prefix, Presence, ReceivedBlock, ReceivedMessage, WantEntry } from './message.ts'
