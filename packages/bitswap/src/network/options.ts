/**
 * Options of `network/`: streams, their limits and deadlines. Milliseconds and
 * bytes.
 *
 * Not for: when and whom to dial (libp2p's connection manager), or what is sent.
 */

export interface NetworkInit {
  /**
   * Put before each of the four protocol ids, to keep a private network apart:
   * `/mine` speaks `/mine/ipfs/bitswap/1.2.0` and so on, and nothing else.
   *
   * @default ''
   */
  protocolPrefix?: string

  /**
   * Streams a peer may have open to us, over all its connections; more are
   * reset. Libp2p's own default of 32 is too few for Kubo, which opens one for
   * each message.
   *
   * @default 1024
   */
  maxInboundStreams?: number

  /**
   * Use connections that a relay limits in time or bytes. Peers reached through
   * nothing else are not reported when this is off.
   *
   * @default false
   */
  runOnLimitedConnections?: boolean

  /**
   * How long to wait for a new connection to tell whether the peer speaks
   * Bitswap; a call with `failFast` waits for that, too. Also how long a peer is
   * kept that sent us messages but was never identified, after its last stream is
   * gone.
   *
   * @default 5000
   */
  identifyTimeout?: number

  /**
   * How long one attempt to open a stream may take.
   *
   * @default 10000
   */
  openStreamTimeout?: number

  /**
   * How often in a row opening a stream or writing to it may fail before the
   * peer counts as unreachable, until we hear of it again or have something new
   * to say. What is due to it then is tried again after 10 seconds, then ever
   * more rarely, up to every ten minutes. A failure is forgotten once a message has gone out and its stream
   * has lived on for `resendInterval`.
   *
   * @default 3
   */
  sendAttempts?: number

  /**
   * Pause after the first failure; doubles with each one after it, up to 30 s.
   *
   * @default 100
   */
  retryDelay?: number

  /**
   * Bytes a second a peer is to take at the least. Writing a message may last
   * 2 s and its size at this rate, within the two limits below, since so many
   * bytes were taken last as a sixteenth of this rate makes: a path may be slower
   * than most. After that the stream is reset and the message counts as lost.
   *
   * @default 12500
   */
  minSendRate?: number

  /**
   * The least time writing a message may take, however small it is.
   *
   * @default 10000
   */
  minSendTimeout?: number

  /**
   * The most time writing a message may take, however large it is.
   *
   * @default 120000
   */
  maxSendTimeout?: number

  /**
   * What was written less than this before its stream was reset may not have
   * arrived, and is said again; so is what was written less than this before the
   * next stream could not be opened, to a peer that ends its side of each at once.
   * 0 trusts the transport with all it has taken.
   *
   * @default 1000
   */
  resendInterval?: number

  /**
   * Encoded bytes of messages remembered for `resendInterval`, per outgoing
   * stream. The oldest are forgotten first, the newest never: their blocks
   * stay in memory that long.
   *
   * @default 4194304
   */
  resendSize?: number

  /**
   * Largest piece handed to a stream at once; the last of a message may be a
   * quarter larger. Smaller pieces let streams of one connection take turns,
   * larger ones cost less.
   *
   * @default 262144
   */
  pieceSize?: number

  /**
   * Largest message a peer may send, without its length prefix; a larger one
   * resets its stream before anything of it is kept.
   *
   * @default 4194304
   */
  maxMessageSize?: number

  /**
   * Bytes that may wait on an inbound stream while a message of it is being
   * dealt with. Over that the stream is paused; what the transport has on its
   * way by then is kept too.
   *
   * @default 1048576
   */
  inboundBufferSize?: number

  /**
   * Bytes kept for one peer at once, over all its streams: messages that are not
   * complete, or not dealt with. Over that its streams are paused, but one.
   *
   * @default 33554432
   */
  peerBufferSize?: number

  /**
   * The same for all peers together. Over that each may have its share: a peer that
   * has more has its streams paused, but one, which so may keep a message.
   *
   * @default 268435456
   */
  totalBufferSize?: number

  /**
   * Entries (wants, cancels, presences) a peer may say at once that lead to
   * nothing: what led to a block that it was sent, or answers what it was asked,
   * is free. Over that its next message waits.
   *
   * @default 16384
   */
  maxEntries?: number

  /**
   * How many more of them it may say in a second.
   *
   * @default 4096
   */
  entryRate?: number

  /**
   * How many of them all peers together may say in a second, where those that
   * say much share it: each takes some microseconds, which the others wait.
   *
   * @default 16384
   */
  totalEntryRate?: number

  /**
   * A peer whose messages have had to wait for so long without letting up, and
   * that was sent no block meanwhile, is disconnected. In milliseconds.
   *
   * @default 60000
   */
  floodTimeout?: number

  /**
   * Messages that are none which a peer may send before it is disconnected. 64
   * entries that cannot be read, in a message that can, count as one.
   *
   * @default 16
   */
  maxMalformed?: number

  /**
   * Streams a peer may open and end without a message before it is disconnected.
   *
   * @default 256
   */
  maxEmptyStreams?: number

  /**
   * In how many milliseconds as many malformed messages and empty streams as
   * are allowed are forgiven, little by little. Remembered of peers that leave
   * and come back.
   *
   * @default 60000
   */
  offenceRecovery?: number

  /**
   * How long `stop` waits for what was handed to streams to leave, and once more
   * as long for libp2p's peer store to take back what it was told.
   *
   * @default 1000
   */
  closeTimeout?: number
}

export type NetworkOptions = Readonly<Required<NetworkInit>>

export const NETWORK_DEFAULTS: NetworkOptions = Object.freeze({
  protocolPrefix: '',
  maxInboundStreams: 1_024,
  runOnLimitedConnections: false,
  identifyTimeout: 5_000,
  openStreamTimeout: 10_000,
  sendAttempts: 3,
  retryDelay: 100,
  minSendRate: 12_500,
  minSendTimeout: 10_000,
  maxSendTimeout: 120_000,
  resendInterval: 1_000,
  resendSize: 4_194_304,
  pieceSize: 262_144,
  maxMessageSize: 4_194_304,
  inboundBufferSize: 1_048_576,
  peerBufferSize: 33_554_432,
  totalBufferSize: 268_435_456,
  maxEntries: 16_384,
  entryRate: 4_096,
  totalEntryRate: 16_384,
  floodTimeout: 60_000,
  maxMalformed: 16,
  maxEmptyStreams: 256,
  offenceRecovery: 60_000,
  closeTimeout: 1_000
})
