/**
 * The serving side: what peers want of us, and what they are to be sent. For
 * `bitswap.ts`, which passes it what happens; not for our own wants, nor for
 * streams. What it keeps of a peer is bounded by {@link ServerInit}, and gone
 * when the peer is, but for the score.
 */
export type { ArrivedBlock } from './arrivals.ts'
export type { Delivery, Envelope } from './block-lane.ts'
export type { ServedBlockstore } from './block-reader.ts'
export type { Wantlist } from './intake.ts'
export { allowAll, SERVER_DEFAULTS } from './options.ts'
export type { RequestFilter, ServerInit, ServerOptions } from './options.ts'
export type { PresenceDelivery } from './presence-lane.ts'
export type { ReceiptStore, SavedReceipt } from './receipt-store.ts'
export type { Score } from './receipts.ts'
export { resolveServerOptions } from './resolve-options.ts'
export { Server } from './server.ts'
export type { ServerComponents } from './server.ts'
export type { ServerStat } from './server-stat.ts'
export type { ServerStats } from './stats.ts'
