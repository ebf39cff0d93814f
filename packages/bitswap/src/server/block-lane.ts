/**
 * Messages with blocks, one peer's one by one, whenever its stream has room.
 * What is ready goes at once; when nothing is, the message is made at the end
 * of the turn in which the first block has come from the store, with all that
 * came with it. While one is written the next blocks are read.
 *
 * Limits: one message a peer is waited for at a time; sizes see `envelope.ts`.
 */
import type { Logger } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import type { Block } from '../message/message.ts'
import type { Account } from './account.ts'
import type { Engine } from './engine.ts'
import type { ServerOptions } from './options.ts'
import { MessageSize } from './message-size.ts'
import type { Request } from './request.ts'
import type { RoundOptions } from './round.ts'
import type { ScoreLedger } from './score-ledger.ts'
import type { ServerStats } from './stats.ts'
import type { StoreQueries } from './store-queries.ts'
import { Turns } from './turns.ts'

/** Something on its way. One of the two is called first; `lost` may still follow `sent`. */
export interface Delivery {
  /** Bytes of blocks that the peer is going to be sent, without those in here. */
  readonly pendingBytes: number

  /** It was written. */
  readonly sent: () => void

  /** It was not written, or may not have arrived although it was: it is due again. */
  readonly lost: (error: Error) => void
}

/**
 * At least one block, and no presences: here they would wait behind the blocks,
 * and a newer answer could overtake them on the other lane.
 */
export interface Envelope extends Delivery {
  blocks: Block[]
}

export interface BlockLaneComponents {
  engine: Engine
  queries: StoreQueries
  scores: ScoreLedger
  clock: Clock
  log: Logger
  stats: ServerStats
  /** Something may be due for that peer. */
  settled (account: Account): void
}

interface Waiter {
  since: number
  promise: Promise<Envelope | undefined>
  resolve (envelope: Envelope | undefined): void
  cancelSoon: Cancel | undefined
}

export class BlockLane {
  readonly #components: BlockLaneComponents
  readonly #targetSize: number
  readonly #turns: Turns
  readonly #waiters: Map<Account, Waiter> = new Map()
  readonly #sizes: Map<Account, MessageSize> = new Map()
  #bytesUnderWay = 0

  constructor (components: BlockLaneComponents, options: Pick<ServerOptions, 'targetMessageSize' | 'schedule'> & RoundOptions) {
    this.#components = components
    this.#targetSize = options.targetMessageSize
    this.#turns = new Turns({ clock: components.clock, haveTurn: account => { this.#haveTurn(account) } }, options)
  }

  /** Those for whom a message is being waited for. */
  get waiting (): Iterable<Account> {
    return this.#waiters.keys()
  }

  /** Bytes of blocks that were handed to streams and have not left. */
  get bytesUnderWay (): number {
    return this.#bytesUnderWay
  }

  /** How long the peer has waited that has waited longest: for its turn, or for the store; in milliseconds. */
  get longestWait (): number {
    const [first] = this.#waiters.values() // those that came first are first

    return first == null ? 0 : this.#components.clock.now() - first.since
  }

  /** Who knows when what was read for this peer will be taken: it makes room for that of others, unless it is waited for. */
  giveBack (account: Account): void {
    if (!account.isAwaited) {
      this.#components.engine.outbox.giveBack(account)
    }
  }

  /** The next message; a promise while its blocks are being read, undefined when there is nothing to send (any more). */
  take (account: Account): Envelope | undefined | Promise<Envelope | undefined> {
    const waiter = this.#waiters.get(account)

    if (waiter != null) {
      return waiter.promise
    }

    this.#components.queries.fill(account)

    if (account.ready.size > 0 && this.#turns.enter(account)) {
      return this.#pack(account)
    }

    return account.hasBlocks ? this.#wait(account) : undefined
  }

  /** Something changed for this peer: whoever waits for a message may be served. */
  advance (account: Account): void {
    const waiter = this.#waiters.get(account)

    if (waiter == null) {
      return
    }

    // what it waited for may be gone, and of a store that is fast by now nothing is read ahead
    if (account.ready.size === 0 && (account.reading === 0 || account.overdue.reads > 0)) {
      this.#components.queries.fill(account)
    }

    if (this.#turns.has(account) && account.ready.size > 0) {
      return
    }

    if (account.ready.bytes >= this.#sizeFor(account).bytes) {
      this.#finish(account, waiter)
    } else if (account.ready.size > 0 || !account.hasBlocks) {
      waiter.cancelSoon ??= this.#components.clock.soon(() => { this.#finish(account, waiter) })
    }
  }

  /** What may be uploaded, or be under way, has changed. */
  optionsChanged (): void {
    this.#turns.optionsChanged()
  }

  /** The peer left: nothing more is sent. */
  close (account: Account): void {
    const waiter = this.#waiters.get(account)

    this.#endWait(account)
    this.#sizes.delete(account)
    this.#turns.forget(account)
    waiter?.cancelSoon?.()
    waiter?.resolve(undefined)
  }

  /** Nobody gets a turn any more. */
  stop (): void {
    this.#turns.stop()
  }

  #wait (account: Account): Promise<Envelope | undefined> {
    const { promise, resolve } = Promise.withResolvers<Envelope | undefined>()

    account.isAwaited = true
    this.#waiters.set(account, { since: this.#components.clock.now(), promise, resolve, cancelSoon: undefined })

    return promise
  }

  #endWait (account: Account): void {
    account.isAwaited = false
    this.#waiters.delete(account)
  }

  #finish (account: Account, waiter: Waiter): void {
    waiter.cancelSoon?.()
    waiter.cancelSoon = undefined

    if (account.ready.size === 0 && account.hasBlocks) { // cancelled at the last moment: the next is being read
      return
    }

    if (account.ready.size === 0) {
      this.#turns.leave(account)
      this.#endWait(account)
      waiter.resolve(undefined)
    } else if (!this.#turns.has(account) && this.#turns.enter(account)) {
      this.#haveTurn(account)
    }
  }

  /** What it was to be sent may be gone meanwhile, or be read again. */
  #haveTurn (account: Account): void {
    const waiter = this.#waiters.get(account)

    if (waiter != null && account.ready.size > 0) {
      this.#endWait(account)
      waiter.resolve(this.#pack(account))
    } else {
      this.advance(account)
    }
  }

  #pack (account: Account): Envelope {
    const { engine, queries, clock, stats } = this.#components
    const { requests, blocks } = engine.takeBlocks(account, this.#sizeFor(account).bytes, clock.now())

    stats.envelopes++
    queries.readAhead(account)

    return { blocks, pendingBytes: account.pendingBytes, ...this.#fate(account, requests, blocks.map(({ bytes }) => bytes.byteLength)) }
  }

  /**
   * What is kept until the message has arrived; the blocks are not.
   *
   * @param sizes - of the blocks, each of the request at the same place
   */
  #fate (account: Account, requests: Request[], sizes: number[]): Pick<Delivery, 'sent' | 'lost'> {
    const { engine, queries, clock, stats, log } = this.#components
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    const given = this.#turns.given(account, bytes)
    const messageSize = this.#sizeFor(account) // the peer may have left when it is written
    let finished: Request[] | undefined

    this.#bytesUnderWay += bytes

    return {
      sent: () => {
        finished = engine.outbox.blocksSent(requests)
        this.#bytesUnderWay -= bytes
        this.#count(account, sizes)
        requests.forEach(({ since }) => { stats.queueWait.add(given.at - since) })
        messageSize.written(bytes, clock.now() - given.at)
        this.#turns.ended(given)
      },
      lost: error => {
        stats.lost++
        log('%d blocks for %p were lost - %e', sizes.length, account.peer, error)

        if (finished == null) {
          this.#bytesUnderWay -= bytes
          engine.outbox.blocksLost(requests) // the sender knows, and asks again when it can
          this.giveBack(account)
          this.#turns.ended(given)
        } else {
          stats.restored += engine.outbox.restore(finished)
          this.#components.settled(account)
        }

        queries.askRest(account) // where there is a filter
      }
    }
  }

  #sizeFor (account: Account): MessageSize {
    const size = this.#sizes.get(account) ?? new MessageSize(this.#targetSize)

    this.#sizes.set(account, size)

    return size
  }

  #count (account: Account, sizes: number[]): void {
    const { scores, stats } = this.#components

    for (const size of sizes) {
      stats.blocksSent++
      stats.dataSent += size
      scores.sent(account.id, size)
    }
  }
}
