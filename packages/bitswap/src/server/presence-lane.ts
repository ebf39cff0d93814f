/**
 * Messages with HAVEs and DONT_HAVEs, one peer's one by one, whenever its stream
 * has room. What was written is over; what was lost is due again.
 */
import type { Logger } from '@libp2p/interface'
import type { Presence } from '../message/message.ts'
import type { Account } from './account.ts'
import type { Delivery } from './block-lane.ts'
import type { Engine } from './engine.ts'
import type { ServerOptions } from './options.ts'
import type { ToldPresences } from './presence-queue.ts'
import type { Request } from './request.ts'
import type { ServerStats } from './stats.ts'
import type { StoreQueries } from './store-queries.ts'

/** What a peer is to be told. At least one. */
export interface PresenceDelivery extends Delivery {
  presences: Presence[]
}

export interface PresenceLaneComponents {
  engine: Engine
  queries: Pick<StoreQueries, 'askRest'>
  log: Logger
  stats: ServerStats
  /** Something may be due for that peer. */
  settled (account: Account): void
}

export class PresenceLane {
  readonly #components: PresenceLaneComponents
  readonly #options: Pick<ServerOptions, 'targetMessageSize'>

  constructor (components: PresenceLaneComponents, options: Pick<ServerOptions, 'targetMessageSize'>) {
    this.#components = components
    this.#options = options
  }

  /** The next message; undefined when there is nothing to say. */
  take (account: Account): PresenceDelivery | undefined {
    const { engine: { outbox } } = this.#components

    if (account.presences.size === 0) {
      return undefined
    }

    const { presences, told } = outbox.takePresences(account, this.#options.targetMessageSize)

    return { presences, pendingBytes: account.pendingBytes, ...this.#fate(account, told) }
  }

  /** What is kept until the message has arrived; the message itself is not. */
  #fate (account: Account, told: ToldPresences): Pick<Delivery, 'sent' | 'lost'> {
    const { engine: { outbox }, queries, stats, log } = this.#components
    const dontHaves = told.dontHaves.length + told.refused.length
    let finished: Request[] | undefined

    return {
      sent: () => {
        finished = outbox.presencesSent(told)
        stats.havesSent += told.haves.length
        stats.dontHavesSent += dontHaves
      },
      lost: error => {
        stats.lost++
        log('%d presences for %p were lost - %e', told.haves.length + dontHaves, account.peer, error)

        if (finished == null) {
          outbox.presencesLost(account, told) // the sender knows, and asks again when it can
        } else {
          stats.restored += outbox.restore(finished) + outbox.restoreAbsent(told)
          this.#components.settled(account)
        }

        queries.askRest(account) // where there is a filter
      }
    }
  }
}
