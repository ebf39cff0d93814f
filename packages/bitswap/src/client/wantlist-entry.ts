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

export interface Entry {
  readonly key: string
  readonly cid: CID
  priority: number
  wantType: WantType
  state: EntryState
  /** What the peer holds of it since an earlier message. */
  told: boolean
  /** The peer was told of it more than once. */
  repeated: boolean
  /** Became a want-block when it had been said as a want-have, and that was not answered. */
  upgraded: boolean
  /** Undefined while the message is still on its way out. */
  sentAt: number | undefined
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

export function toWire (entry: Entry, abilities: PeerAbilities): WantEntry {
  return {
    cid: nameFor(abilities, entry.cid),
    priority: entry.priority,
    wantType: abilities.have ? entry.wantType : WantType.Block,
    sendDontHave: abilities.have
  }
}
