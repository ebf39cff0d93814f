/**
 * Finds out, for requests the engine took up, whether they may be served and
 * can be; and fetches the blocks that are to be sent. Asks the filter, then the
 * store; tells the engine what came of it, in the order in which it becomes
 * known. Whoever waits for the outcome is told by `settled`.
 *
 * Limits: see `maxReadsPerPeer`, `maxConcurrentReads` and `maxReadAhead`; what
 * fails is tried again `storeAttempts` times.
 */
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { WantType } from '../message/message.ts'
import type { Account } from './account.ts'
import type { BlockReader } from './block-reader.ts'
import type { Engine } from './engine.ts'
import type { ServerOptions } from './options.ts'
import { Outcomes } from './outcomes.ts'
import type { Outcome, OutcomesOptions } from './outcomes.ts'
import { Permission } from './permission.ts'
import { cidOfRequest } from './request.ts'
import type { Request } from './request.ts'
import type { ServerStats } from './stats.ts'
import { StoreHold } from './store-hold.ts'
import { StoreRetries } from './store-retries.ts'

export interface StoreQueriesComponents {
  engine: Engine
  reader: BlockReader
  clock: Clock
  log: Logger
  stats: ServerStats
  /** Something may be due for that peer. */
  settled (account: Account): void
}

export type StoreQueriesOptions = OutcomesOptions & Pick<ServerOptions, 'filter' | 'filterTimeout' | 'maxReadsPerPeer' | 'targetMessageSize' | 'maxAbsenceAge'>

const MISSING: Outcome = Object.freeze({ status: 'missing' })

export class StoreQueries {
  readonly #components: StoreQueriesComponents
  readonly #options: StoreQueriesOptions
  readonly #permission: Permission
  readonly #outcomes: Outcomes
  readonly #waiters: Map<Account, PromiseWithResolvers<void>> = new Map()
  readonly #retries: StoreRetries

  constructor (components: StoreQueriesComponents, options: StoreQueriesOptions) {
    const { engine } = components

    this.#components = components
    this.#options = options
    this.#permission = new Permission(components, options)
    this.#retries = new StoreRetries(components, account => { this.ask(account) })
    this.#outcomes = new Outcomes({ ...components, lifecycle: engine.lifecycle }, options)
  }

  /** What was allowed before may not be now. */
  get isFiltered (): boolean {
    return !this.#permission.isUnconditional
  }

  /** Those whose next message waits until the store was asked. */
  get waiting (): Iterable<Account> {
    return this.#waiters.keys()
  }

  /** When those that rest are asked about again; `Infinity` when none does. */
  get retryAt (): number {
    return this.#retries.at
  }

  stop (): void {
    this.#permission.stop()
    this.#retries.stop()
  }

  /** Asks about what is to be asked about for that peer, the most urgent first, and sees to what came of it. */
  ask (account: Account): void {
    this.#askNext(account)
    this.#components.settled(account)
  }

  /** As {@link ask}, if there is anything to ask about. */
  askRest (account: Account): void {
    if (account.unasked.size > 0) {
      this.ask(account)
    }
  }

  /** Resolves when there is nothing left to ask about for that peer; undefined when there is nothing now. */
  whenAsked (account: Account): Promise<void> | undefined {
    if (account.asking === 0) {
      return undefined
    }

    const waiter = this.#waiters.get(account) ?? Promise.withResolvers<void>()
    this.#waiters.set(account, waiter)

    return waiter.promise
  }

  /** The peer left: nobody waits for its answers. */
  close (account: Account): void {
    this.#waiters.get(account)?.resolve()
    this.#waiters.delete(account)
  }

  /** Reads the blocks that are to be sent next, unless the store hands them over when they are needed. */
  readAhead (account: Account): void {
    if (!this.#components.reader.isSynchronous) {
      this.fill(account)
    }
  }

  /** Reads the blocks that are to be sent next, as far ahead as is allowed. */
  fill (account: Account): void {
    const { engine, reader, clock } = this.#components

    for (let request = account.queued.peek(); request != null; request = account.queued.peek()) {
      // what comes at once need not be read before there is a message to put it into
      const isEnough = reader.isSynchronous && account.ready.bytes >= this.#options.targetMessageSize

      if (isEnough || !engine.makeRoomToRead(account, this.#sizeOf(request), clock.now())) {
        return
      }

      engine.lifecycle.reading(request)
      const pending = this.#read(request)

      if (pending != null) {
        detach(pending.then(() => { this.#components.settled(account) }), this.#components.log, 'reading ahead')
      }
    }
  }

  #askNext (account: Account): void {
    const { unasked } = account

    for (let request = unasked.peek(); request != null && account.asking < this.#options.maxReadsPerPeer; request = unasked.peek()) {
      unasked.delete(request)
      account.asking++
      const hold = new StoreHold(account, 'asking', () => { account.asking-- })
      const pending = this.#question(request, hold)

      if (pending == null) {
        hold.end()
      } else {
        detach(pending.then(() => {
          hold.end()
          this.#answered(account)
        }), this.#components.log, 'asking the block store')
      }
    }
  }

  #answered (account: Account): void {
    this.ask(account)

    if (account.asking === 0) {
      this.close(account)
    }
  }

  #question (request: Request, hold: StoreHold): Promise<void> | undefined {
    const { ticket } = request
    const isAllowed = this.#permission.has(request)

    return isAllowed instanceof Promise
      ? isAllowed.then(async isAllowed => { await this.#lookUp(request, ticket, isAllowed, hold) })
      : this.#lookUp(request, ticket, isAllowed, hold)
  }

  /** The store takes too long: others are asked about beside it. */
  #overdue (account: Account, ...holds: StoreHold[]): void {
    const letGo = holds.filter(hold => hold.overdue(this.#options.maxReadsPerPeer))

    if (letGo.length > 0) {
      this.#answered(account)
    }
  }

  /** A denied block is looked up all the same: an answer that comes sooner would tell. */
  #lookUp (request: Request, ticket: number, isAllowed: boolean, hold: StoreHold): Promise<void> | undefined {
    const { engine, reader, clock } = this.#components

    if (request.ticket !== ticket) {
      return undefined
    }

    if (this.#isKnownMissing(request, isAllowed)) {
      this.#outcomes.apply(request, ticket, MISSING)

      return undefined
    }

    const isToBeSent = isAllowed && request.wantType === WantType.Block

    if (isToBeSent && !reader.isSynchronous && engine.makeRoomToRead(request.account, this.#sizeOf(request), clock.now())) {
      return this.#read(request, hold) // the answer and the block in one go
    }

    const outcome = reader.lookUp(cidOfRequest(request), request.multihash, request.account.id, () => { this.#overdue(request.account, hold) })

    return after(outcome, outcome => { this.#settle(request, ticket, isAllowed ? outcome : MISSING, isAllowed) })
  }

  /** It comes again soon after: there are peers that say all they want every second. */
  #isKnownMissing ({ missing }: Request, isAllowed: boolean): boolean {
    const { clock } = this.#components

    return missing?.isAllowed === isAllowed && clock.now() - missing.at < this.#options.maxAbsenceAge
  }

  /** @param question - that this is the answer to, if it is */
  #read (request: Request, ...question: StoreHold[]): Promise<void> | undefined {
    const { engine, reader } = this.#components
    const { account, ticket } = request
    const expected = this.#sizeOf(request)
    const hold = new StoreHold(account, 'reads', () => { engine.readEnded(account, expected) })

    engine.readBegan(account, expected)
    const outcome = reader.read(cidOfRequest(request), request.multihash, account.id, () => { this.#overdue(account, hold, ...question) })

    return after(outcome, outcome => {
      const room = hold.isOverdue ? 0 : expected

      hold.end()
      this.#settle(request, ticket, this.#kept(account, room, outcome))
    })
  }

  /** What it probably has, where that is not known: peers differ in what they want. */
  #sizeOf ({ size, account }: Request): number {
    return size ?? Math.ceil(account.meanSize.value ?? this.#components.reader.typicalSize)
  }

  /** One that is far larger than was guessed, or comes too late, is let go of where there is no room for it: its size is known now. */
  #kept (account: Account, expected: number, outcome: Outcome): Outcome {
    if (outcome.status !== 'bytes') {
      return outcome
    }

    const size = outcome.bytes.byteLength
    account.meanSize.add(size)

    return size <= expected || this.#components.engine.mayKeep(account, size) ? outcome : { status: 'found', size }
  }

  #settle (request: Request, ticket: number, outcome: Outcome, isAllowed = true): void {
    if (request.ticket === ticket) {
      request.missing = outcome.status === 'missing' ? { at: this.#components.clock.now(), isAllowed } : undefined
    }

    this.#outcomes.apply(request, ticket, outcome)
    this.#retries.watch()
  }

  /** The block is here, and too large to be sent. */
  oversize (request: Request): void {
    this.#outcomes.oversize(request)
  }
}

/** At once when the outcome is here; else when it is. */
function after<T> (outcome: T | Promise<T>, settle: (outcome: T) => void): Promise<void> | undefined {
  if (outcome instanceof Promise) {
    return outcome.then(settle)
  }

  settle(outcome)

  return undefined
}
