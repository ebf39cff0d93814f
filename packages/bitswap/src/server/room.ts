/**
 * Who has to go when there is no room, or when nobody is served: what is dropped,
 * and who is told.
 */
import type { Account } from './account.ts'
import { LeastUseful } from './least-useful.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ServerOptions } from './options.ts'
import { isLessUseful, RequestState } from './request.ts'
import type { Request, Usefulness } from './request.ts'
import type { WantLedger } from './want-ledger.ts'

/** What became of a wantlist. */
export interface Received {
  /** Entries with a CID that is an identity CID, or too long. */
  ignored: number
  /** Wants of before that made room. */
  evicted: number
  /** Wants there was no room for. */
  refused: number
  /** Of those that asked to be told so, how many will not be: too many were refused. */
  unanswered: number
  /** Wants that were not looked at, as nobody is served. */
  unserved: number
  /** Wants of other peers that made room, by how many of each. */
  displaced?: Map<Account, number>
}

export type RoomOptions = Pick<ServerOptions, 'serve' | 'maxWants' | 'maxWantsPerPeer'>

/** A want that may yet be refused: no request is made of it before there is room. */
export type Candidate = Usefulness & Pick<Request, 'key' | 'sendDontHave'>

export class Room {
  readonly #lifecycle: Lifecycle
  readonly #ledger: WantLedger
  readonly #options: RoomOptions

  constructor (lifecycle: Lifecycle, ledger: WantLedger, options: RoomOptions) {
    this.#lifecycle = lifecycle
    this.#ledger = ledger
    this.#options = options
  }

  /** False when there is nothing that has to go for the candidate; it is refused then. */
  make (account: Account, candidate: Candidate, facts: Received): boolean {
    const { maxWantsPerPeer, maxWants } = this.#options
    const isFull = account.requests.size >= maxWantsPerPeer

    if (!isFull && (this.#ledger.size < maxWants || this.#takeFromOther(account, facts))) {
      return true
    }

    const victim = leastUsefulOf(account)

    if (victim == null || isLessUseful(candidate, victim)) {
      facts.refused++
      this.refuse(account, candidate, facts)

      return false
    }

    facts.evicted++
    this.#drop(victim, facts)

    return true
  }

  /** What it wants is dropped. Who knows already that we lack a block is not told again. */
  turnAway (account: Account): Received {
    const facts = noFacts()

    for (const request of [...account.requests.values()]) {
      facts.unserved++
      this.#drop(request, facts)
    }

    return facts
  }

  /** There is no room for it: its peer is told, if it asked to be. */
  refuse (account: Account, request: Pick<Request, 'key' | 'sendDontHave'>, facts: Received): void {
    const isTold = this.#options.serve !== 'silent' && this.#lifecycle.wantsDontHave(request)

    if (isTold && !account.presences.refuse(request.key)) {
      facts.unanswered++
    }
  }

  /** Whoever has most, if that is more than the peer would have then: priorities of different peers cannot be compared. */
  #takeFromOther (account: Account, facts: Received): boolean {
    const other = this.#ledger.fullest

    if (other == null || other.requests.size <= account.requests.size + 1) {
      return false
    }

    const victim = leastUsefulOf(other) ?? oldestOf(other)

    if (victim == null) {
      return false
    }

    facts.displaced ??= new Map()
    facts.displaced.set(other, (facts.displaced.get(other) ?? 0) + 1)
    this.#drop(victim, facts)

    return true
  }

  /** Its peer is told, unless it was told so already. */
  #drop (request: Request, facts: Received): void {
    const { account, key, state, isTold } = request
    const wasTold = isTold || (state === RequestState.Absent && !account.presences.has(key))

    this.#lifecycle.remove(request)

    if (!wasTold) {
      this.refuse(account, request, facts)
    }
  }
}

export function noFacts (): Received {
  return { ignored: 0, evicted: 0, refused: 0, unanswered: 0, unserved: 0 }
}

/** Where work was put into all of them: a peer that takes nothing would keep its place for ever, and others from having one. */
function oldestOf ({ requests }: Account): Request | undefined {
  const [oldest] = requests.values()

  return oldest
}

function leastUsefulOf (account: Account): Request | undefined {
  account.leastUseful ??= new LeastUseful(account.requests)

  return account.leastUseful.peek()
}
