/**
 * What one peer is still to be told of our wantlist: which of the wants that it
 * is to hold are due, which cancels, and which goes first. Part of
 * `peer-wants.ts`, pure like it.
 *
 * Limits: no more wants than the list holds; of cancels see `pending-cancels.ts`.
 */
import type { CID } from 'multiformats/cid'
import { canName, nameFor } from './peer-abilities.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import { PendingCancels } from './pending-cancels.ts'
import { EntryState, markSaid, messageOf, nameOf, Upgrade } from './wantlist-entry.ts'
import type { Entry, WantsBatch, SaidWants } from './wantlist-entry.ts'

export class UnsaidWants {
  readonly #held: ReadonlyMap<string, Entry>
  /** Entries that are Queued or CancelFirst, in order. Undefined while there are none, as there are for an idle peer. */
  #due: Set<Entry> | undefined
  readonly cancels: PendingCancels = new PendingCancels()
  #saidAnything = false

  /** @param held - all that the peer is to hold, by key */
  constructor (held: ReadonlyMap<string, Entry>) {
    this.#held = held
  }

  /** Is there anything to say now? Cancels that wait for company are not. */
  get any (): boolean {
    return this.#due != null || this.cancels.isDue
  }

  has (entry: Entry): boolean {
    return this.#due?.has(entry) === true
  }

  /** To be said next; but after a cancel that is not said yet: the peer may be about to answer the old want. */
  add (entry: Entry): void {
    entry.state = this.cancels.has(entry.key) ? EntryState.CancelFirst : EntryState.Queued
    this.#due ??= new Set()
    this.#due.add(entry)
  }

  /** It need not be said. */
  delete (entry: Entry): void {
    if (this.#due?.delete(entry) === true && this.#due.size === 0) {
      this.#due = undefined
    }
  }

  /** To be cancelled, before what is due of the same block; with `canWait` when something else is said. */
  cancel (key: string, name: CID, canWait: boolean = false): void {
    const entry = this.#held.get(key)

    this.cancels.add(key, name, canWait)

    if (entry != null && this.has(entry)) {
      entry.state = EntryState.CancelFirst
    }
  }

  /**
   * What to say now, or undefined. The first message on a connection is a full
   * wantlist, so that nothing stale is left at the peer.
   */
  take (abilities: PeerAbilities): WantsBatch | undefined {
    if (!this.any && !this.cancels.isWaiting) {
      return undefined
    }

    const full = !this.#saidAnything
    const entries = full ? [...this.#held.values()] : this.#takeDue()
    const cancels = this.#takeCancels(abilities, full)

    for (const entry of entries) {
      markSaid(entry, abilities)
      this.delete(entry)
    }

    this.#saidAnything = true

    if (!full && entries.length === 0 && cancels.length === 0) {
      // none of the cancels that were to go first can be said to this peer: what is due after them goes now
      return this.take(abilities)
    }

    return { message: messageOf({ full, entries, cancels }, abilities), full, entries, cancels }
  }

  /** The message did not arrive, or may not have: what it said and still holds is said again, unless the peer has answered it. */
  lost (said: SaidWants): void {
    for (const entry of said.entries) {
      if (this.#held.get(entry.key) === entry && (entry.state === EntryState.Sent || (entry.state === EntryState.Refused && !entry.answered))) {
        this.add(entry)
      } else if (entry.upgrade === Upgrade.Due) {
        entry.upgrade = Upgrade.Said
      }
    }

    for (const [key, name] of said.cancels) {
      this.cancel(key, name)
    }

    if (said.full) {
      this.#saidAnything = false
    }
  }

  /** Those that may be said now; of those whose cancel goes first it is the turn next. */
  #takeDue (): Entry[] {
    const entries: Entry[] = []

    for (const entry of this.#due ?? []) {
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
      const entry = this.#held.get(key)
      const kept = entry == null || this.has(entry) ? undefined : nameOf(entry, abilities)

      return !full && canName(abilities, name) && kept?.equals(nameFor(abilities, name)) !== true
    })
  }
}
