/** One entry of our wantlist at one peer (`peer-wants.ts`), and how it is said. */
import type { CID } from 'multiformats/cid'
import { WantType } from '../message/message.ts'
import type { Message, WantEntry } from '../message/message.ts'
import { nameFor } from './peer-abilities.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { NamedCancel } from './pending-cancels.ts'

/** Where an entry is. */
export const EntryState = {
  /** To be said in the next message. */
  Queued: 'queued',
  /** The peer holds another want for it, which must be cancelled in a message before. */
  CancelFirst: 'cancel-first',
  /** Said, and not answered. */
  Sent: 'sent',
  /** Answered DONT_HAVE, or not at all in time; the peer still holds it. */
  Refused: 'refused'
} as const
export type EntryState = typeof EntryState[keyof typeof EntryState]

/** Did it become a want-block when it had been said as a want-have, and that was not answered? */
export const Upgrade = {
  None: 'none',
  /** To be said, and the peer holds the want-have for all we know. */
  Due: 'due',
  /** Said, or the want-have may be lost. */
  Said: 'said'
} as const
export type Upgrade = typeof Upgrade[keyof typeof Upgrade]

export interface Entry {
  readonly key: string
  readonly cid: CID
  priority: number
  wantType: WantType
  state: EntryState
  /** By what name the peer was told of it first; undefined until then. It holds it by that name, and is told by it from then on. */
  toldAs: CID | undefined
  /** The peer was told of it more than once. */
  repeated: boolean
  /** It said that it lacks it, since it was last told: it holds it. */
  answered: boolean
  /** It was told of it before, and did not answer that: the block that comes may be the answer, and what it was told last be still before it. */
  hasEarlier: boolean
  upgrade: Upgrade
  /** Undefined while the message is still on its way out. */
  sentAt: number | undefined
  /** Its place among those that were refused (`refused-entries.ts`): no answer is waited for. It may be one that is still to be said. */
  refusal: number | undefined
}

/** Its name for a peer of these abilities, which may have been others when it was told. */
export function nameOf ({ toldAs, cid }: Entry, abilities: PeerAbilities): CID {
  return nameFor(abilities, toldAs ?? cid)
}

export function markSaid (entry: Entry, abilities: PeerAbilities): void {
  entry.state = entry.refusal == null ? EntryState.Sent : EntryState.Refused
  entry.repeated = entry.toldAs != null
  entry.toldAs = nameOf(entry, abilities)
  entry.answered = false

  if (entry.upgrade === Upgrade.Due) {
    entry.upgrade = Upgrade.Said
  }
}

/** Refused as a want-have, it need not be said as a want-block. True if it was to be. */
export function dropUpgrade (entry: Entry): boolean {
  if (entry.state !== EntryState.Queued || entry.upgrade !== Upgrade.Due) {
    return false
  }

  entry.state = EntryState.Sent
  entry.wantType = WantType.Have
  entry.upgrade = Upgrade.None

  return true
}

/** What one message said; to be handed to `sent` or `lost`, and not looked into. */
export interface SaidWants {
  full: boolean
  entries: readonly Entry[]
  cancels: readonly NamedCancel[]
}

export interface WantsBatch extends SaidWants {
  message: Message
}

/** A want, as far as it is told to peers. */
export interface Wanted {
  readonly key: string
  readonly cid: CID
  readonly priority: number
}

function toWire (entry: Entry, abilities: PeerAbilities): WantEntry {
  return {
    cid: nameOf(entry, abilities),
    priority: entry.priority,
    wantType: abilities.have ? entry.wantType : WantType.Block,
    sendDontHave: abilities.have
  }
}

export function messageOf ({ full, entries, cancels }: SaidWants, abilities: PeerAbilities): Message {
  return {
    full,
    wants: entries.map(entry => toWire(entry, abilities)),
    cancels: cancels.map(([, name]) => nameFor(abilities, name)),
    blocks: [],
    presences: [],
    pendingBytes: 0
  }
}
