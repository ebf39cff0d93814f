/**
 * Who has to go when there is no room, or when nobody is served: what is dropped,
 * and who is told.
 */
import { Heap } from '../core/heap.ts'
import type { Account } from './account.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ServerOptions } from './options.ts'
import { isEvictable, isLessUseful, RequestState } from './request.ts'
import type { Request, Usefulness } from './request.ts'

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
}

export type RoomOptions = Pick<ServerOptions, 'serve'>

/** A want that may yet be refused: no request is made of it before there is room. */
export type Candidate = Usefulness & Pick<Request, 'key' | 'sendDontHave'>

export class Room {
  readonly #lifecycle: Lifecycle
  readonly #options: RoomOptions

  constructor (lifecycle: Lifecycle, options: RoomOptions) {
    this.#lifecycle = lifecycle
    this.#options = options
  }

  /** False when there is nothing less useful than the candidate; it is refused then. */
  make (account: Account, candidate: Candidate, leastUseful: Heap<Request>, facts: Received): boolean {
    const victim = leastUseful.peek()

    if (victim == null || isLessUseful(candidate, victim)) {
      facts.refused++
      this.refuse(account, candidate, facts)

      return false
    }

    leastUseful.pop()
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

  /** Its peer is told, unless it was told so already. */
  #drop (request: Request, facts: Received): void {
    const { account, key, state } = request
    const wasTold = state === RequestState.Absent && !account.presences.has(key)

    this.#lifecycle.remove(request)

    if (!wasTold) {
      this.refuse(account, request, facts)
    }
  }
}

export function noFacts (): Received {
  return { ignored: 0, evicted: 0, refused: 0, unanswered: 0, unserved: 0 }
}

export function evictable (account: Account): Heap<Request> {
  const heap = new Heap<Request>(isLessUseful)

  for (const request of account.requests.values()) {
    if (isEvictable(request)) {
      heap.push(request)
    }
  }

  return heap
}
