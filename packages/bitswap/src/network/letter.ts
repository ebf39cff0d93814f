/** Messages as they are written. */
import type { Uint8ArrayList } from 'uint8arraylist'
import { encodeFrame } from '../message/frame.ts'
import type { Outgoing } from './messenger-receiver.ts'
import { supportsPrefix } from './protocols.ts'
import type { BitswapProtocol } from './protocols.ts'

/**
 * A message that was encoded. It keeps nothing of the message itself: the CIDs of
 * a thousand presences take many times as much as what is written of them, and a
 * peer may take its time to read.
 */
export interface Letter extends Pick<Outgoing, 'sent' | 'lost'> {
  readonly frame: Uint8ArrayList
  /** How many wants are in it. */
  readonly wants: number
  readonly blocks: number
}

/** @throws MessageTooLargeError */
export function letterOf ({ message, sent, lost }: Outgoing, protocol: BitswapProtocol): Letter {
  return {
    frame: encodeFrame(message, supportsPrefix(protocol) ? 'v1' : 'v0'),
    wants: message.wants.length,
    blocks: message.blocks.length,
    sent,
    lost
  }
}
