/**
 * What the messenger and those above it say to each other: messages are not
 * handed over to be sent, they are asked for when they can be.
 *
 * Not for: bytes and streams (`network.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import type { Message, ReceivedMessage } from '../message/message.ts'
import type { BitswapProtocol } from './protocols.ts'

/** Wants, cancels and presences never wait behind the bytes of blocks. */
export const Lane = { Wants: 'wants', Blocks: 'blocks' } as const
export type Lane = typeof Lane[keyof typeof Lane]

/**
 * A message on its way. Exactly one of the two functions is called first; `lost`
 * may still follow `sent`, and should keep no more than it needs for that: the
 * message is let go of before.
 */
export interface Outgoing {
  readonly message: Message

  /** All its bytes were taken by the transport. */
  readonly sent: () => void

  /**
   * It was not sent, or its stream was reset so soon after that it may not have
   * arrived: whatever it said must be said again.
   */
  readonly lost: (error: Error) => void
}

export interface MessengerReceiver {
  peerConnected (peer: PeerId, protocol: BitswapProtocol | undefined): void
  peerDisconnected (peer: PeerId): void

  /**
   * No stream to a connected peer could be opened or written to, with retries.
   * It is not asked for messages until it is heard of again, or `wake`d, or has
   * been left alone for a while. May be called for each lane, and again after
   * each such while.
   */
  peerUnreachable (peer: PeerId, error: Error): void

  /** No further message of that stream is handed over until this has resolved: back-pressure. Must not reject. */
  messageReceived (peer: PeerId, message: ReceivedMessage, protocol: BitswapProtocol): void | Promise<void>

  /** Cheap: would `takeOutgoing` have something? Asked before a stream is opened. */
  hasOutgoing (peer: PeerId, lane: Lane): boolean

  /** What is due now, or undefined. One call at a time per peer and lane. */
  takeOutgoing (peer: PeerId, lane: Lane, protocol: BitswapProtocol): Outgoing | undefined | Promise<Outgoing | undefined>
}
