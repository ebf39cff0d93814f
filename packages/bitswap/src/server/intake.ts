/**
 * Takes wantlists into the ledger: what is ignored, what replaces what, and
 * what has to go when a peer wants too much. Before any store is asked, so that
 * a block that arrives meanwhile finds its waiters.
 *
 * Costs the size of the message; where there is no room, times the logarithm of
 * the number of wants kept of a peer.
 */
import type { CID } from 'multiformats/cid'
import { isIdentity } from '../core/known-block.ts'
import { cidKey } from '../message/cid-key.ts'
import { WantType } from '../message/message.ts'
import type { WantEntry } from '../message/message.ts'
import type { Account } from './account.ts'
import type { Lifecycle } from './lifecycle.ts'
import { allowAll } from './options.ts'
import type { ServerOptions } from './options.ts'
import { createRequest, RequestState, wasMissing } from './request.ts'
import type { Request } from './request.ts'
import { noFacts } from './room.ts'
import type { Received, Room } from './room.ts'

/** What a message says about wants. */
export interface Wantlist {
  /** These are all the sender wants, not a change to what it said before. */
  full: boolean
  wants: WantEntry[]
  cancels: CID[]
}

export type IntakeOptions = Pick<ServerOptions, 'serve' | 'maxCidSize' | 'filter' | 'maxAbsenceAge'>

/** A want under the key it has in its account. */
interface Keyed {
  key: string
  entry: WantEntry
}

export class Intake {
  readonly #lifecycle: Lifecycle
  readonly #room: Room
  readonly #options: IntakeOptions
  #order = 0

  constructor (lifecycle: Lifecycle, room: Room, options: IntakeOptions) {
    this.#lifecycle = lifecycle
    this.#room = room
    this.#options = options
  }

  received (account: Account, wantlist: Wantlist): Received {
    const facts = noFacts()
    const wants = this.#accepted(wantlist.wants, facts)

    if (this.#options.serve !== true) {
      this.#turnAway(account, wants, wantlist, facts)

      return facts
    }

    account.batch++
    account.isPartner ||= wants.length > 0

    if (wantlist.full) {
      this.#dropAllBut(account, wants)
    }

    for (const cid of wantlist.cancels) {
      this.#cancel(account, cid, facts)
    }

    this.#admit(account, this.#repeated(account, wants, wantlist.full), facts)

    return facts
  }

  /** Nothing is kept but what the peer is to be told. */
  #turnAway (account: Account, wants: Keyed[], { full, cancels }: Wantlist, facts: Received): void {
    facts.unserved += wants.length

    if (full) {
      account.presences.forgetRefusals()
    }

    for (const cid of cancels) {
      this.#cancel(account, cid, facts)
    }

    for (const { key, entry: { sendDontHave } } of wants) {
      this.#room.refuse(account, { key, sendDontHave }, facts)
    }
  }

  #isIgnored (cid: CID): boolean {
    return isIdentity(cid) || cid.byteLength > this.#options.maxCidSize
  }

  #accepted (entries: WantEntry[], facts: Received): Keyed[] {
    const wants: Keyed[] = []

    for (const entry of entries) {
      if (this.#isIgnored(entry.cid)) {
        facts.ignored++
      } else {
        wants.push({ key: cidKey(entry.cid), entry })
      }
    }

    return wants
  }

  /**
   * What is on its way, or half read, is kept if the peer still wants it: a full
   * list that only repeats what it said must not bring every block twice.
   */
  #dropAllBut (account: Account, wants: Keyed[]): void {
    const kept = new Set(wants.map(({ key }) => key))

    for (const request of account.requests.values()) {
      if (!kept.has(request.key)) {
        this.#lifecycle.remove(request)
      }
    }

    account.presences.forgetRefusals()
    account.fullBatch = account.batch
  }

  #cancel (account: Account, cid: CID, facts: Received): void {
    if (this.#isIgnored(cid)) {
      facts.ignored++
      return
    }

    const key = cidKey(cid)
    const request = account.requests.get(key)
    account.presences.delete(key)

    if (request != null) {
      this.#lifecycle.remove(request)
    }
  }

  /** Handles the wants we know, and returns the others. */
  #repeated (account: Account, wants: Keyed[], full: boolean): Keyed[] {
    const fresh: Keyed[] = []

    for (const want of wants) {
      const request = account.requests.get(want.key)

      if (request == null) {
        fresh.push(want)
      } else {
        this.#wantAgain(request, want.entry, full)
      }
    }

    return fresh
  }

  /**
   * A want-have becomes a want for the block; a want for the block becomes a
   * want-have only by a full list (or a cancel): two users at the other end may
   * want different things, and the block is an answer to both.
   */
  #wantAgain (request: Request, entry: WantEntry, full: boolean): void {
    const wantType = full || entry.wantType === WantType.Block ? entry.wantType : request.wantType
    const isOther = wantType !== request.wantType

    request.batch = request.account.batch
    request.resends = 0
    request.isTold = false
    request.sendDontHave = entry.sendDontHave || (!full && request.sendDontHave)
    request.wantType = wantType

    if (request.priority !== entry.priority) {
      request.priority = entry.priority
      this.#lifecycle.reorder(request)
    }

    if (request.state === RequestState.Absent) {
      this.#askAgain(request)
    } else if (isOther) {
      this.#wantOther(request)
    }
  }

  /** The store may have got it without our being told; unless that was asked lately, as there are peers that say all they want every second. */
  #askAgain (request: Request): void {
    const { heardAt } = request.account
    const isKnown = this.#options.filter === allowAll && wasMissing(request, heardAt - this.#options.maxAbsenceAge)

    request.since = heardAt

    if (isKnown) {
      this.#lifecycle.absent(request)
    } else {
      this.#lifecycle.ask(request)
    }
  }

  /** The same block, in another way. What was allowed in one way may not be in the other. */
  #wantOther (request: Request): void {
    switch (request.state) {
      case RequestState.Asking:
      case RequestState.Have:
      case RequestState.Telling:
      case RequestState.Queued:
      case RequestState.Ready:
        if (this.#options.filter !== allowAll) {
          this.#lifecycle.ask(request)
        } else if (request.state !== RequestState.Asking) {
          this.#lifecycle.present(request, request.size, request.bytes)
        }
        break
      default: // asked about again anyway, or the block is on its way
    }
  }

  /** Takes up wants we do not know, as far as there is room, or something less useful to make room. */
  #admit (account: Account, wants: Keyed[], facts: Received): void {
    for (const { key, entry } of wants) {
      const known = account.requests.get(key)

      if (known != null) { // named twice in one message
        this.#wantAgain(known, entry, false)
        continue
      }

      const order = this.#order++
      const { priority, sendDontHave } = entry

      if (this.#room.make(account, { key, order, batch: account.batch, state: RequestState.Asking, priority, sendDontHave }, facts)) {
        this.#lifecycle.begin(createRequest(account, key, entry, order))
      }
    }
  }
}
