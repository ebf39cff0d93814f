/**
 * Who wants what: by peer, and by block. The two maps are each other's inverse
 * after every call; nobody else writes to either. A block is found whatever the
 * CID that names it, a peer's want only by the CID it was asked with.
 *
 * Not for: limits (`intake.ts`), and what becomes of a request (`lifecycle.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import { Account } from './account.ts'
import { Fullest } from './fullest.ts'
import type { RefusalTally } from './presence-queue.ts'
import type { ByteTally } from './request-queue.ts'
import type { Request } from './request.ts'

const NONE: readonly Request[] = Object.freeze([])

export class WantLedger {
  readonly #accounts: Map<string, Account> = new Map()
  // most blocks are wanted by one peer: a set only where there are more
  readonly #byBlock: Map<string, Request | Set<Request>> = new Map()
  readonly #fullest: Fullest = new Fullest()
  #size = 0

  /** Accounts by peer: to look at, not to change. */
  get byPeer (): ReadonlyMap<string, Account> {
    return this.#accounts
  }

  /** Requests by the multihash of their block: to look at, not to change. */
  get byBlock (): ReadonlyMap<string, Request | ReadonlySet<Request>> {
    return this.#byBlock
  }

  /** Requests of all peers. */
  get size (): number {
    return this.#size
  }

  /** One of the peers that want most. */
  get fullest (): Account | undefined {
    return this.#fullest.peek()
  }

  /** Distinct blocks that are wanted. */
  get blocks (): number {
    return this.#byBlock.size
  }

  /** Opens an account, unless the peer has one. */
  open (peer: PeerId, maxWants: number, readAhead: ByteTally, refusals?: RefusalTally): Account {
    const existing = this.account(peer)

    if (existing != null) {
      return existing
    }

    const account = new Account(peer, maxWants, readAhead, refusals)
    this.#accounts.set(account.id, account)

    return account
  }

  /** Closes an account whose requests have been removed. */
  close (account: Account): void {
    account.open = false
    this.#accounts.delete(account.id)
  }

  account (peer: PeerId): Account | undefined {
    return this.#accounts.get(peer.toString())
  }

  accounts (): Account[] {
    return [...this.#accounts.values()]
  }

  /** The account must not have a request of that CID. */
  add (request: Request): void {
    const found = this.#byBlock.get(request.multihash)

    if (found == null) {
      this.#byBlock.set(request.multihash, request)
    } else if (found instanceof Set) {
      found.add(request)
    } else {
      this.#byBlock.set(request.multihash, new Set([found, request]))
    }

    request.account.requests.set(request.key, request)
    this.#fullest.grew(request.account)
    this.#size++
  }

  /** Only for requests that were added. */
  remove (request: Request): void {
    const found = this.#byBlock.get(request.multihash)

    if (found instanceof Set) {
      found.delete(request)
    }

    if (!(found instanceof Set) || found.size === 0) {
      this.#byBlock.delete(request.multihash)
    }

    request.account.requests.delete(request.key)
    this.#fullest.shrank(request.account)
    this.#size--
  }

  /** All requests for a block, oldest first. Costs their number. */
  requestsFor (multihash: string): readonly Request[] {
    const found = this.#byBlock.get(multihash)

    if (found == null) {
      return NONE
    }

    return found instanceof Set ? [...found] : [found]
  }
}
