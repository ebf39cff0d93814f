/** Runs of a trace without a network: messages, as bytes, between three peers. */
import type { PeerId } from '@libp2p/interface'
import { encodeFrame } from '../../src/message/frame.ts'
import type { Message } from '../../src/message/message.ts'
import { peerIdFromSeed } from '../../src/testing/peer-ids.ts'
import type { Trace } from '../../src/testing/trace/trace.ts'
import { emptyMessage } from './scripted-receiver.ts'

export const [alice, bob, carol]: [PeerId, PeerId, PeerId] = [peerIdFromSeed(1), peerIdFromSeed(2), peerIdFromSeed(3)]

/** The bytes of a message, with its length in front. */
export function frameOf (message: Partial<Message>): Uint8Array {
  return encodeFrame({ ...emptyMessage(), ...message }, 'v1').slice()
}

/** A message arrives whole, on stream 0. */
export function say (trace: Trace, [time, from, to]: [number, PeerId, PeerId], message: Partial<Message>): void {
  trace.bytesArrived({ time, from, to, stream: 0, bytes: frameOf(message) })
}
