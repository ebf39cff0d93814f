/**
 * How many bytes are read from the store before a message takes them, and who
 * may have one more block read. When that is too much, peers give theirs back
 * that take nothing, the one that has taken nothing for longest first: what is
 * read for them would keep the others from being read for. Pure.
 *
 * Limits: `maxReadAhead`, and a block for each peer that has none; twice as much
 * where blocks were larger than they were guessed to be, and what the store is at
 * then. An entry for each peer that blocks are read for.
 */
import type { Account } from './account.ts'
import type { ServerOptions } from './options.ts'
import type { ByteTally } from './request-queue.ts'

/** Who has taken nothing for so long gives back what was read for it when it is in the way, in milliseconds. */
const STALLED = 1000

/** How many times the limits may be kept of what was read by a guess: to read a block again costs more than to keep a little more. */
const LEEWAY = 2

/** So many bytes are read ahead for it from then on, until it takes two messages within that time. */
const FOR_SLOW = 65_536

export type ReadAheadOptions = Pick<ServerOptions, 'maxReadsPerPeer' | 'maxReadAhead' | 'maxReadAheadPerPeer'>

export class ReadAhead {
  readonly #options: ReadAheadOptions
  /** Read and not taken into a message, over all peers. */
  readonly ready: ByteTally = { bytes: 0 }
  /** Since when a peer has had something read for it, or when it last took of that; the longest first. */
  readonly #since: Map<Account, number> = new Map()
  #reading = 0

  constructor (options: ReadAheadOptions) {
    this.#options = options
  }

  /** Bytes on the way from the store for all peers, also for those that have left meanwhile. */
  get reading (): number {
    return this.#reading
  }

  /** Bytes read ahead, or being read, for all peers. */
  get bytes (): number {
    return this.ready.bytes + this.#reading
  }

  /** Is one more block of that size too much for all, though not for the peer? Others may make room. */
  isInTheWay (account: Account, size: number): boolean {
    return this.#isWithinItsOwn(account, size) && this.bytes + size > this.#options.maxReadAhead
  }

  /**
   * May one more block of that size be read for this peer? While nothing else is
   * read for it, always: or a block larger than the limits would never be sent,
   * and peers that do not read could keep the others from being served.
   */
  has (account: Account, size: number, now: number): boolean {
    if (account.reads >= this.#options.maxReadsPerPeer) {
      return false
    }

    if (buffered(account) === 0) {
      this.#begins(account, now)

      return true
    }

    return this.#isWithinItsOwn(account, size) && this.bytes + size <= this.#options.maxReadAhead
  }

  /** A block was read that is larger than it was guessed to be. Is it to be kept, or read again when there is room? */
  mayKeep ({ ready }: Account, size: number): boolean {
    const { maxReadAhead, maxReadAheadPerPeer } = this.#options

    return ready.bytes === 0 || (ready.bytes + size <= LEEWAY * maxReadAheadPerPeer && this.ready.bytes + size <= LEEWAY * maxReadAhead)
  }

  /** The next of those who have taken nothing for too long, and are not waited for, and have more than they may have from now on. */
  takeStalled (now: number): Account | undefined {
    for (const [account, since] of this.#since) {
      if (since + STALLED > now) {
        return undefined
      }

      if (account.isAwaited) { // it is we who keep it waiting
        this.#begins(account, now)
        continue
      }

      this.#since.delete(account)
      account.isSlow = true

      if (account.ready.bytes > FOR_SLOW) {
        return account
      }
    }

    return undefined
  }

  /** The peer was given a message. */
  taken (account: Account, now: number): void {
    const since = this.#since.get(account)

    account.isSlow &&= since == null || now - since >= STALLED
    this.#begins(account, now)
  }

  /** A read of about so many bytes begins for this peer. To be followed by {@link ended} with the same. */
  began (account: Account, size: number): void {
    account.reads++
    account.readingBytes += size
    this.#reading += size
  }

  ended (account: Account, size: number): void {
    account.reads--
    account.readingBytes -= size
    this.#reading -= size
  }

  /** The peer left. */
  forget (account: Account): void {
    this.#since.delete(account)
  }

  #begins (account: Account, now: number): void {
    this.#since.delete(account)
    this.#since.set(account, now)
  }

  #isWithinItsOwn (account: Account, size: number): boolean {
    const { maxReadAheadPerPeer } = this.#options

    return buffered(account) + size <= (account.isSlow ? Math.min(FOR_SLOW, maxReadAheadPerPeer) : maxReadAheadPerPeer)
  }
}

function buffered ({ ready, readingBytes }: Account): number {
  return ready.bytes + readingBytes
}
