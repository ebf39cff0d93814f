/** How many blocks go into one message. */
import { MAX_MESSAGE_SIZE } from '../message/limits.ts'
import type { Block } from '../message/message.ts'
import { blockSize, pendingBytesSize, wantlistSize } from '../message/sizes.ts'
import type { RequestQueue } from './request-queue.ts'
import { cidOfRequest } from './request.ts'
import type { Request } from './request.ts'

/** Whatever is in a message: an empty wantlist, and pending bytes at their longest. */
const MESSAGE_OVERHEAD = wantlistSize(0, false) + pendingBytesSize(Number.MAX_SAFE_INTEGER, 'v1')

/**
 * The largest block that can be sent at all: alone in a message of 4 MiB. What
 * goes with it is the message's own 8 bytes, and tags and lengths of payload,
 * prefix and data (12) with a prefix of four varints of at most 10 bytes: 60,
 * and some to spare.
 */
export const MAX_SENDABLE_BLOCK: number = MAX_MESSAGE_SIZE - 128

export interface Packed {
  requests: Request[]
  /** Of the request at the same place. */
  blocks: Block[]
}

/**
 * Chooses what goes next: the most urgent that are ready, in order, as long as
 * their bytes come to at most `targetSize` and the message stays within 4 MiB
 * when encoded; the first goes in any case. Takes them out of the queue.
 *
 * @param ready - whose requests carry their bytes, each at most {@link MAX_SENDABLE_BLOCK}
 */
export function packEnvelope (ready: RequestQueue, targetSize: number): Packed {
  const packed: Packed = { requests: [], blocks: [] }
  let payload = 0
  let encoded = MESSAGE_OVERHEAD

  for (let request = ready.peek(); request?.bytes != null; request = ready.peek()) {
    const block = { cid: cidOfRequest(request), bytes: request.bytes }
    payload += block.bytes.byteLength
    encoded += blockSize(block, 'v1') // never less than in v0

    if (packed.blocks.length > 0 && (payload > targetSize || encoded > MAX_MESSAGE_SIZE)) {
      break
    }

    ready.delete(request)
    packed.requests.push(request)
    packed.blocks.push(block)
  }

  return packed
}
