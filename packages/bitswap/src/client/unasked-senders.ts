/**
 * Peers that send blocks nobody asked them for, or that cannot be verified: they
 * are charged for that, and disconnected when they go on and on. Nobody can have
 * us hash more for nothing than fits into the budget.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { countUnhashed } from './arrival-stats.ts'
import type { ArrivalStats } from './arrival-stats.ts'
import type { ClientPeer } from './client-peer.ts'
import { UnaskedBlocks } from './unasked-blocks.ts'
import type { UnaskedOptions } from './unasked-blocks.ts'

export interface UnaskedSendersComponents {
  clock: Clock
  log: Logger
  network: { disconnect (peer: PeerId): void }
}

export class UnaskedSenders {
  readonly #components: UnaskedSendersComponents
  readonly #stats: ArrivalStats
  readonly #blocks: UnaskedBlocks
  /** About to be disconnected. */
  readonly #leaving: Set<string> = new Set()

  constructor (components: UnaskedSendersComponents, options: UnaskedOptions, stats: ArrivalStats) {
    this.#components = components
    this.#stats = stats
    this.#blocks = new UnaskedBlocks(options)
  }

  /**
   * A block came, and is not hashed yet. True when it is not to be: nothing is
   * wanted here and its peer was asked for nothing, and is charged; or the peer
   * is over its budget.
   *
   * @param wants - how many blocks are wanted of anybody: what is wanted is taken from whoever sends it
   */
  drops (peer: ClientPeer, size: number, wants: number): boolean {
    const isLeaving = this.#leaving.has(peer.key)

    if (!isLeaving && (wants > 0 || peer.mayAnswer)) {
      return false
    }

    countUnhashed(this.#stats, size)

    if (!isLeaving) {
      this.sent(peer, size)
    }

    return true
  }

  /** A peer sent such a block. Over its budget it is disconnected, once what runs at this moment is done. */
  sent ({ peer, key }: ClientPeer, size: number): void {
    const { clock, log, network } = this.#components

    if (!this.#blocks.charge(key, size, clock.now()) || this.#leaving.has(key)) {
      return
    }

    log.error('%p goes on sending blocks that it was not asked for, and is disconnected', peer)
    this.#stats.peersCutOff++
    this.#leaving.add(key)
    clock.soon(() => {
      this.#leaving.delete(key)
      network.disconnect(peer)
    })
  }
}
