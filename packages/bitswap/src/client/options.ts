/** What can be set about the wanting side, and what is used when it is not. */
export interface ClientInit {
  /**
   * How long a peer may answer nothing of what it owes us before its wants go to
   * others, in milliseconds: the most, and what counts until it has answered once.
   * Bytes of a block that is on its way are as good as an answer; what it sends
   * later is welcome. (boxo: 5 s for a peer not measured.) A block that others
   * than the silent may not have is unavailable no sooner than after this.
   *
   * @default 5000
   */
  dontHaveTimeout?: number

  /**
   * The least of the same: a peer is waited for twice as long as it ever took of
   * late, and this long however fast it is. (boxo waits 50 ms, and gave up healthy
   * peers for that.)
   *
   * @default 500
   */
  minAnswerTimeout?: number

  /**
   * Wants kept at one peer at once. Servers keep 1024 and drop the rest
   * unannounced, so more would be lost; over it the oldest refused want is
   * withdrawn, and without one the want waits for a slot.
   *
   * @default 1024
   */
  maxWantsPerPeer?: number

  /**
   * Blocks asked of a peer at once before anything is known of its speed. It
   * doubles with every windowful that arrives, up to `maxWantsPerPeer`.
   *
   * @default 64
   */
  initialWindow?: number

  /**
   * How many wants of one session may be looked for among all peers at once;
   * the others wait until it is known who has the first. As many as a server
   * keeps for one peer, so that a step of all of them is one message to each peer
   * asked. A session that knows nobody yet begins with 128, and goes on with twice
   * as many each time nobody had those before. (boxo: 64, always.)
   *
   * @default 1024
   */
  maxLooking?: number

  /**
   * How many connected peers are asked at the most whether they have a block
   * nobody is known to have. 0 asks none: only providers and session peers.
   *
   * @default 1000
   */
  maxBroadcastPeers?: number

  /**
   * After how many milliseconds without a HAVE the next step of connected peers
   * is asked: 10 first, then 40, then the rest. (ProbeLab RFM-16: three out of
   * four successful look-ups end within 200 ms.) Up to five times as many where
   * those asked are known to take longer.
   *
   * @default 200
   */
  widenDelay?: number

  /**
   * For how many milliseconds routing is left to find somebody before more than
   * 50 connected peers are asked for a block, counted from when it was asked.
   *
   * @default 1000
   */
  searchHeadStart?: number

  /**
   * After how many milliseconds those who said no are asked again; doubled each
   * time up to `maxRefreshDelay`. Where somebody said nothing at all the first
   * delay is `dontHaveTimeout`, if that is less.
   *
   * @default 30000
   */
  refreshDelay?: number

  /**
   * See `refreshDelay`.
   *
   * @default 600000
   */
  maxRefreshDelay?: number

  /**
   * Provider searches under way at once, over all sessions; more wait in line.
   * (boxo: 8.)
   *
   * @default 8
   */
  maxSearches?: number

  /**
   * How long one provider search, with the dials it leads to, may take, in
   * milliseconds. (boxo: 10 s.)
   *
   * @default 10000
   */
  searchTimeout?: number

  /**
   * Providers taken from one search, without those that are connected and have
   * said that they lack the block. (boxo: 10, whoever they are.)
   *
   * @default 10
   */
  maxProviders?: number

  /**
   * How long dialling one of the `providers` of a call may take, in
   * milliseconds.
   *
   * @default 10000
   */
  dialTimeout?: number

  /**
   * Distinct blocks wanted at once, over all sessions. A call that would want
   * more rejects with `TooManyWantsError`.
   *
   * @default 65536
   */
  maxWants?: number

  /**
   * Of how many peers that left it is remembered that they were asked, to be told
   * to callers that fail. Over it those who left first are forgotten, a quarter of
   * them at once. A want takes a quarter of a byte for each peer that is
   * connected or remembered.
   *
   * @default 1024
   */
  maxFormerPeers?: number

  /**
   * Sessions open at once, those included that a call of `getBlocks`, or one
   * with `providers`, opens for itself. One more is refused with
   * `TooManySessionsError`.
   *
   * @default 16384
   */
  maxSessions?: number

  /**
   * Blocks that a peer may send and nobody asked it for, or that cannot be
   * verified, before it is disconnected. What crosses with a cancel, or comes
   * again after others were asked, is not among them.
   *
   * @default 1024
   */
  maxUnaskedBlocks?: number

  /**
   * As `maxUnaskedBlocks`, in bytes.
   *
   * @default 16777216
   */
  maxUnaskedBytes?: number

  /**
   * In how many milliseconds all of it is forgiven, little by little. It is
   * remembered of peers that leave and come back.
   *
   * @default 60000
   */
  unaskedRecovery?: number

  /**
   * Bytes of verified blocks on their way into the store. Over it no more
   * messages are taken from the streams of peers until some are stored.
   *
   * @default 16777216
   */
  maxStoringBytes?: number
}

export type ClientOptions = Readonly<Required<ClientInit>>

export const CLIENT_DEFAULTS: ClientOptions = Object.freeze({
  dontHaveTimeout: 5_000,
  minAnswerTimeout: 500,
  maxWantsPerPeer: 1024,
  initialWindow: 64,
  maxLooking: 1024,
  maxBroadcastPeers: 1000,
  widenDelay: 200,
  searchHeadStart: 1_000,
  refreshDelay: 30_000,
  maxRefreshDelay: 600_000,
  maxSearches: 8,
  searchTimeout: 10_000,
  maxProviders: 10,
  dialTimeout: 10_000,
  maxWants: 65_536,
  maxFormerPeers: 1024,
  maxSessions: 16_384,
  maxUnaskedBlocks: 1024,
  maxUnaskedBytes: 16_777_216,
  unaskedRecovery: 60_000,
  maxStoringBytes: 16_777_216
})
