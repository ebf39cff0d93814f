/**
 * Our wantlist at one peer: what we want it to know, against what it was told.
 * Yields the difference as a message when its stream has room, and says again
 * what was lost. Pure: no clock, no promise, no callback.
 *
 * Not for: whom to ask for what (`want-planner.ts`).
 *
 * Limits: at most `maxSize` wants. An entry is removed when a block, or a HAVE
 * to a want-have, ends it at the peer too; a DONT_HAVE does not: the peer keeps
 * the want and sends the block unasked if it gets it.
 */
import type { CID } from 'multiformats/cid'
import { WantType } from '../message/message.ts'
import { canName, nameFor } from './peer-abilities.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import { PendingCancels } from './pending-cancels.ts'
import { RefusedEntries } from './refused-entries.ts'
import { dropUpgrade, EntryState, markSaid, messageOf, Upgrade } from './wantlist-entry.ts'
import type { Entry, Wanted, WantsBatch, SaidWants } from './wantlist-entry.ts'

export class PeerWants {
  readonly #maxSize: number
  readonly #entries: Map<string, Entry> = new Map()
  /** Entries that are Queued or CancelFirst, in order. */
  readonly #due: Set<Entry> = new Set()
  /** Refused entries, oldest first: the first to go when a slot is needed. */
  readonly #refused: RefusedEntries = new RefusedEntries()
  /** What is to be cancelled; nobody else adds to it. */
  readonly cancels: PendingCancels = new PendingCancels()
  #saidAnything = false

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
    return this.#due.size > 0 || this.cancels.isDue
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

    const added: Entry = { key, cid, priority, wantType, state: EntryState.Queued, told: false, repeated: false, upgrade: Upgrade.None, sentAt: undefined, refusal: undefined }

    this.#entries.set(key, added)
    this.#queue(added)
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

    if (entry?.told === true) {
      this.cancels.add(key, entry.cid, entry.wantType === WantType.Have)
    }
  }

  /** The peer cannot be told of it after all. */
  forget (key: string): void {
    this.#remove(key)
    this.cancels.delete(key)
  }

  /**
   * The peer sent the block: it holds this want no more, unless that answers the
   * first of two sayings and the second came to it later. Returns when it was
   * asked, if it was.
   */
  blockReceived (key: string): number | undefined {
    const entry = this.#entries.get(key)
    const cameBetween = entry?.upgrade === Upgrade.Said && !this.#due.has(entry)

    this.#remove(key)

    if (cameBetween) {
      this.#putCancel(key, entry.cid)
    } else {
      // a cancel on its way out would be for nothing
      this.cancels.delete(key)
    }

    return entry?.told === true ? entry.sentAt : undefined
  }

  /** The peer has it. Ends a want-have at the peer; a want-block stays. Returns when it was asked, if it was. */
  haveReceived (key: string): number | undefined {
    const entry = this.#entries.get(key)

    if (entry?.told !== true) {
      return undefined
    }

    if (entry.wantType === WantType.Have && !this.#due.has(entry)) {
      this.#remove(key)
    }

    entry.upgrade = Upgrade.None // this was the answer to the first of two sayings

    return entry.sentAt
  }

  /**
   * The peer lacks it, or said nothing in time, be it that it is still to be told:
   * no answer is waited for. It goes on holding the want, or is told all the same.
   * Returns when it was asked, if it was.
   */
  refused (key: string): number | undefined {
    const entry = this.#entries.get(key)

    if (entry == null) {
      return undefined
    }

    if (dropUpgrade(entry)) {
      this.#due.delete(entry)
    }

    if (entry.state === EntryState.Sent) {
      entry.state = EntryState.Refused
    }

    this.#refused.add(entry)

    return entry.sentAt
  }

  /**
   * What to say now, or undefined. The first message on a connection is a full
   * wantlist, so that nothing stale is left at the peer.
   */
  take (abilities: PeerAbilities): WantsBatch | undefined {
    if (!this.hasChanges && !this.cancels.isWaiting) {
      return undefined
    }

    const full = !this.#saidAnything
    const entries = full ? [...this.#entries.values()] : this.#takeDue()
    const cancels = this.#takeCancels(abilities, full)

    for (const entry of entries) {
      markSaid(entry)
      this.#due.delete(entry)
    }

    this.#saidAnything = true

    if (!full && entries.length === 0 && cancels.length === 0) {
      return undefined
    }

    return { message: messageOf({ full, entries, cancels }, abilities), full, entries, cancels }
  }

  /** The message went out. */
  sent (said: SaidWants, now: number): void {
    for (const entry of said.entries) {
      // of two sayings it is not known which is answered (Karn's rule)
      entry.sentAt = entry.repeated ? undefined : now
    }
  }

  /** The message did not arrive, or may not have: what it said and still holds is said again. */
  lost (said: SaidWants): void {
    for (const entry of said.entries) {
      if (this.#entries.get(entry.key) === entry && entry.state === EntryState.Sent) {
        this.#queue(entry)
      } else if (entry.upgrade === Upgrade.Due) {
        entry.upgrade = Upgrade.Said
      }
    }

    for (const [key, name] of said.cancels) {
      this.#putCancel(key, name)
    }

    if (said.full) {
      this.#saidAnything = false
    }
  }

  /** To be said next; but after a cancel that is not said yet: the peer may be about to answer the old want. */
  #queue (entry: Entry): void {
    entry.state = this.cancels.has(entry.key) ? EntryState.CancelFirst : EntryState.Queued
    this.#due.add(entry)
  }

  /** To be cancelled, before what is due of the same block. */
  #putCancel (key: string, name: CID): void {
    const entry = this.#entries.get(key)

    this.cancels.add(key, name)

    if (entry != null && this.#due.has(entry)) {
      entry.state = EntryState.CancelFirst
    }
  }

  /** Those that may be said now; of those whose cancel goes first it is the turn next. */
  #takeDue (): Entry[] {
    const entries: Entry[] = []

    for (const entry of this.#due) {
      if (entry.state === EntryState.CancelFirst) {
        entry.state = EntryState.Queued
      } else {
        entries.push(entry)
      }
    }

    return entries
  }

  /** A full list needs none. What was wanted again by the same name, and said, is not cancelled. */
  #takeCancels (abilities: PeerAbilities, full: boolean): WantsBatch['cancels'] {
    return this.cancels.take((key, name) => {
      const entry = this.#entries.get(key)
      const kept = entry == null || this.#due.has(entry) ? undefined : nameFor(abilities, entry.cid)

      return !full && canName(abilities, name) && kept?.equals(nameFor(abilities, name)) !== true
    })
  }

  #wantAgain (entry: Entry, wantType: WantType, priority: number): void {
    const upgrade = wantType === WantType.Block && entry.wantType === WantType.Have

    if (entry.state === EntryState.Refused) {
      this.#due.add(entry)
      this.#putCancel(entry.key, entry.cid)
    } else if (upgrade && entry.state === EntryState.Sent) {
      this.#queue(entry)
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
      this.#due.delete(entry)
      this.#refused.delete(entry)
    }

    return entry
  }
}
