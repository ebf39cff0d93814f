/**
 * Our wantlist at one peer: which wants it holds or is to hold, and what it has
 * answered. Pure: no clock, no promise, no callback.
 *
 * Not for: whom to ask for what (`want-planner.ts`), and what of it is to be said
 * and when (`unsaid-wants.ts`).
 *
 * Limits: at most `maxSize` wants. An entry is removed when a block, or a HAVE
 * to a want-have, ends it at the peer too; a DONT_HAVE does not: the peer keeps
 * the want and sends the block unasked if it gets it.
 */
import { RecentSet } from '../core/recent-set.ts'
import { WantType } from '../message/message.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { PendingCancels } from './pending-cancels.ts'
import { RefusedEntries } from './refused-entries.ts'
import { UnsaidWants } from './unsaid-wants.ts'
import { dropUpgrade, EntryState, Upgrade } from './wantlist-entry.ts'
import type { Entry, Wanted, WantsBatch, SaidWants } from './wantlist-entry.ts'

/** So many wants are remembered, at the least, that were cancelled before they were answered. */
const ABANDONED = 64

export class PeerWants {
  readonly #maxSize: number
  readonly #entries: Map<string, Entry> = new Map()
  readonly #unsaid: UnsaidWants = new UnsaidWants(this.#entries)
  /** Refused entries, oldest first: the first to go when a slot is needed. */
  readonly #refused: RefusedEntries = new RefusedEntries()
  /** Keys of wants that were cancelled before they were answered, which they may be yet; made when there is one. */
  #abandoned: RecentSet<string> | undefined

  constructor (maxSize: number) {
    this.#maxSize = maxSize
  }

  /** The wants the peer was told of, or is about to be, by key: to look at, not to change. */
  get entries (): ReadonlyMap<string, Readonly<Entry>> {
    return this.#entries
  }

  /** Wants the peer holds or is about to. */
  get size (): number {
    return this.#entries.size
  }

  /** Is there anything to say now? Cancels that wait for company are not. */
  get hasChanges (): boolean {
    return this.#unsaid.any
  }

  /** What is to be cancelled; nobody else adds to it. */
  get cancels (): PendingCancels {
    return this.#unsaid.cancels
  }

  /** No other want can be taken in before one is withdrawn. */
  get isFull (): boolean {
    return this.#entries.size >= this.#maxSize
  }

  /** Could another want be taken in, if need be in place of one that was refused? */
  get hasRoom (): boolean {
    return !this.isFull || this.#refused.size > 0
  }

  has (key: string): boolean {
    return this.#entries.has(key)
  }

  /**
   * Wants this of the peer. A want-have becomes a want-block, never the other
   * way round. One that was refused is cancelled and said again. Not to be called
   * for a new one while the list `isFull`.
   */
  want ({ key, cid, priority }: Wanted, wantType: WantType): void {
    const entry = this.#entries.get(key)

    if (entry != null) {
      this.#wantAgain(entry, wantType, priority)

      return
    }

    const added: Entry = {
      key,
      cid,
      priority,
      wantType,
      state: EntryState.Queued,
      toldAs: undefined,
      repeated: false,
      answered: false,
      hasEarlier: this.#abandoned?.has(key) === true,
      upgrade: Upgrade.None,
      sentAt: undefined,
      refusal: undefined
    }

    this.#entries.set(key, added)
    this.#unsaid.add(added)
  }

  /** Cancels the want that was refused first, to make room. Returns its key; undefined when none was refused. */
  withdrawRefused (): string | undefined {
    const key = this.#refused.first?.key

    if (key != null) {
      this.cancel(key)
    }

    return key
  }

  /** No longer wanted of the peer. Says so if it was told; of a want-have, when something else is said. */
  cancel (key: string): void {
    const entry = this.#remove(key)

    if (entry?.toldAs != null) {
      this.#unsaid.cancel(key, entry.toldAs, entry.wantType === WantType.Have)

      if (!entry.answered) {
        this.#abandoned ??= new RecentSet(ABANDONED)
        this.#abandoned.add(key)
      }
    }
  }

  /** The peer cannot be told of it after all. */
  forget (key: string): void {
    this.#remove(key)
    this.cancels.delete(key)
  }

  /**
   * The peer sent the block: it holds this want no more, unless that answers an
   * earlier saying and the last came to it later. Returns when it was asked, if it
   * was.
   */
  blockReceived (key: string): number | undefined {
    const entry = this.#entries.get(key)
    const cameBetween = entry != null && (entry.upgrade === Upgrade.Said || entry.hasEarlier) && !this.#unsaid.has(entry)

    this.#remove(key)
    this.#abandoned?.delete(key)

    if (cameBetween && entry.toldAs != null) {
      this.#unsaid.cancel(key, entry.toldAs)
    } else {
      // a cancel on its way out would be for nothing
      this.cancels.delete(key)
    }

    return entry?.toldAs == null ? undefined : entry.sentAt
  }

  /** The peer has it. Ends a want-have at the peer; a want-block stays. Returns when it was asked, if it was. */
  haveReceived (key: string): number | undefined {
    const entry = this.#entries.get(key)

    if (entry?.toldAs == null) {
      return undefined
    }

    if (entry.wantType === WantType.Have && !this.#unsaid.has(entry)) {
      this.#remove(key)
    }

    entry.upgrade = Upgrade.None // this was the answer to the first of two sayings

    return entry.sentAt
  }

  /** The peer says that it lacks it. It goes on holding the want. Returns when it was asked, if it was. */
  refused (key: string): number | undefined {
    const askedAt = this.unanswered(key)
    const entry = this.#entries.get(key)

    if (entry != null) {
      entry.answered = true
    }

    return askedAt
  }

  /**
   * The peer said nothing in time, be it that it is still to be told: no answer is
   * waited for. It goes on holding the want, or is told all the same. Returns when
   * it was asked, if it was.
   */
  unanswered (key: string): number | undefined {
    const entry = this.#entries.get(key)

    if (entry == null) {
      return undefined
    }

    if (dropUpgrade(entry)) {
      this.#unsaid.delete(entry)
    }

    if (entry.state === EntryState.Sent) {
      entry.state = EntryState.Refused
    }

    this.#refused.add(entry)

    return entry.sentAt
  }

  /** What to say now, or undefined. */
  take (abilities: PeerAbilities): WantsBatch | undefined {
    return this.#unsaid.take(abilities)
  }

  /** The message went out. */
  sent (said: SaidWants, now: number): void {
    for (const entry of said.entries) {
      // of two sayings it is not known which is answered (Karn's rule)
      entry.sentAt = entry.repeated ? undefined : now
    }
  }

  /** The message did not arrive, or may not have. */
  lost (said: SaidWants): void {
    this.#unsaid.lost(said)
  }

  #wantAgain (entry: Entry, wantType: WantType, priority: number): void {
    const upgrade = wantType === WantType.Block && entry.wantType === WantType.Have

    if (entry.state === EntryState.Refused && entry.toldAs != null) {
      this.#unsaid.cancel(entry.key, entry.toldAs)
      this.#unsaid.add(entry)
      entry.hasEarlier = !entry.answered
    } else if (upgrade && entry.state === EntryState.Sent) {
      this.#unsaid.add(entry)
      entry.upgrade = Upgrade.Due
    }

    if (upgrade) {
      entry.wantType = wantType
    }

    entry.priority = priority
    this.#refused.delete(entry)
  }

  #remove (key: string): Entry | undefined {
    const entry = this.#entries.get(key)

    if (entry != null) {
      this.#entries.delete(key)
      this.#unsaid.delete(entry)
      this.#refused.delete(entry)
    }

    return entry
  }
}
