/**
 * What is known of each peer as a partner: bytes both ways, when the last block
 * went, what the connection to it is worth, and where that is kept. The shell
 * around the {@link Receipts}: it owns the clock.
 *
 * Limits: as in `receipts.ts` and `useful-partners.ts`.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { ReceiptSaver } from './receipt-saver.ts'
import type { ReceiptSaverOptions } from './receipt-saver.ts'
import { Receipts } from './receipts.ts'
import type { Score } from './receipts.ts'
import { UsefulPartners } from './useful-partners.ts'
import type { UsefulPartnersComponents } from './useful-partners.ts'

export interface ScoreLedgerComponents {
  clock: Clock
  log: Logger
  network: UsefulPartnersComponents['network']
}

export class ScoreLedger {
  readonly #clock: Clock
  readonly #receipts: Receipts
  readonly #useful: UsefulPartners
  readonly #saver: ReceiptSaver

  constructor (components: ScoreLedgerComponents, options: ReceiptSaverOptions) {
    this.#clock = components.clock
    this.#receipts = new Receipts(options.maxReceiptsKept)
    this.#useful = new UsefulPartners({ ...components, receipts: this.#receipts })
    this.#saver = new ReceiptSaver({ ...components, receipts: this.#receipts }, options)
  }

  start (): void {
    this.#saver.start()
  }

  connected (peer: PeerId): void {
    this.#receipts.connected(peer.toString())
    this.#useful.arrived(peer)
  }

  disconnected (peer: PeerId): void {
    this.#receipts.disconnected(peer.toString())
    this.#useful.left(peer)
  }

  /** To be called when all have left. What is known of them stays, and is saved where there is a store. */
  stop (): void {
    this.#useful.stop()
    this.#saver.stop()
  }

  /** As {@link ReceiptSaver.whenSaved}. */
  whenSaved (): Promise<void> | undefined {
    return this.#saver.whenSaved()
  }

  /** A block went to the peer. */
  sent (peer: string, bytes: number): void {
    this.#receipts.sent(peer, bytes, this.#clock.now())
    this.#useful.exchanged()
    this.#saver.changed()
  }

  /** A block that was wanted came from the peer. */
  received (peer: string, bytes: number): void {
    this.#receipts.received(peer, bytes, this.#clock.now())
    this.#useful.exchanged()
    this.#saver.changed()
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
