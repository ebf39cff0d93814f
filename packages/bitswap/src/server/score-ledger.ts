/**
 * What is known of each peer as a partner: bytes both ways, when the last block
 * went, and what the connection to it is worth. The shell around the
 * {@link Receipts}: it owns the clock.
 *
 * Limits: as in `receipts.ts` and `useful-partners.ts`.
 */
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import type { ServerOptions } from './options.ts'
import { Receipts } from './receipts.ts'
import type { Score } from './receipts.ts'
import { UsefulPartners } from './useful-partners.ts'
import type { UsefulPartnersComponents } from './useful-partners.ts'

export interface ScoreLedgerComponents {
  clock: Clock
  network: UsefulPartnersComponents['network']
}

export class ScoreLedger {
  readonly #clock: Clock
  readonly #receipts: Receipts
  readonly #useful: UsefulPartners

  constructor (components: ScoreLedgerComponents, options: Pick<ServerOptions, 'maxReceiptsKept'>) {
    this.#clock = components.clock
    this.#receipts = new Receipts(options.maxReceiptsKept)
    this.#useful = new UsefulPartners({ ...components, receipts: this.#receipts })
  }

  connected (peer: PeerId): void {
    this.#receipts.connected(peer.toString())
    this.#useful.arrived(peer)
  }

  disconnected (peer: PeerId): void {
    this.#receipts.disconnected(peer.toString())
    this.#useful.left(peer)
  }

  /** To be called when all have left. What is known of them stays. */
  stop (): void {
    this.#useful.stop()
  }

  /** A block went to the peer. */
  sent (peer: string, bytes: number): void {
    this.#receipts.sent(peer, bytes, this.#clock.now())
    this.#useful.exchanged()
  }

  /** A block that was wanted came from the peer. */
  received (peer: string, bytes: number): void {
    this.#receipts.received(peer, bytes, this.#clock.now())
    this.#useful.exchanged()
  }

  /** Undefined for strangers. */
  get (peer: string): Score | undefined {
    return this.#receipts.get(peer, this.#clock.now())
  }

  /** Of all peers there ever were. Costs the number of accounts. */
  total (): ReturnType<Receipts['total']> {
    return this.#receipts.total()
  }
}
