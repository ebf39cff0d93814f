/**
 * What is known of each peer as a partner: bytes both ways, and when the last
 * block went. The shell around the {@link Receipts}: it owns the clock.
 *
 * Limits: as in `receipts.ts`.
 */
import type { Clock } from '../core/clock.ts'
import type { ServerOptions } from './options.ts'
import { Receipts } from './receipts.ts'
import type { Score } from './receipts.ts'

export interface ScoreLedgerComponents {
  clock: Pick<Clock, 'now'>
}

export class ScoreLedger {
  readonly #components: ScoreLedgerComponents
  readonly #receipts: Receipts

  constructor (components: ScoreLedgerComponents, options: Pick<ServerOptions, 'maxReceiptsKept'>) {
    this.#components = components
    this.#receipts = new Receipts(options.maxReceiptsKept)
  }

  connected (peer: string): void {
    this.#receipts.connected(peer)
  }

  disconnected (peer: string): void {
    this.#receipts.disconnected(peer)
  }

  /** A block went to the peer. */
  sent (peer: string, bytes: number): void {
    this.#receipts.sent(peer, bytes, this.#components.clock.now())
  }

  /** A block that was wanted came from the peer. */
  received (peer: string, bytes: number): void {
    this.#receipts.received(peer, bytes, this.#components.clock.now())
  }

  /** Undefined for strangers. */
  get (peer: string): Score | undefined {
    return this.#receipts.get(peer, this.#components.clock.now())
  }

  /** Of all peers there ever were. Costs the number of accounts. */
  total (): ReturnType<Receipts['total']> {
    return this.#receipts.total()
  }
}
