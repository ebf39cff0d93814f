/** What users are told of a want that is open. All times are milliseconds. */
import type { CID } from 'multiformats/cid'
import type { UnavailableReason } from './errors.ts'
import type { PastWantStep } from './events.ts'
import type { WantType } from './message/message.ts'

/** What was said of a block between us and one peer. All times are on our clock, as milliseconds ago. */
export interface WantPeer {
  /** Peer id as a string. It may have left since. */
  peer: string
  /** What its wantlist says, or is about to; undefined when it is not asked for it any more. */
  asked: WantType | undefined
  /** Since when; undefined when that is not known any more. */
  askedAgo: number | undefined
  /** What it answered, or how it ended without; undefined while the answer is due. */
  answer: 'have' | UnavailableReason | undefined
}

/** What brings a want on, unless a peer says something before. */
export type WantEvent =
  /** A peer that was asked answers, or counts as silent. */
  | 'answer'
  /** More peers are asked whether they have it. */
  | 'more-peers'
  /** The search for providers ends. */
  | 'search'
  /** A dial ends. */
  | 'dial'
  /** Everybody is asked again; or somebody new comes. */
  | 'refresh'
  /** A peer that may have it can be asked for more. */
  | 'room'
  /** Fewer blocks are being looked for. */
  | 'turn'
  /** The store has it. */
  | 'stored'

/** Where a block is that we want, and why it is not here. */
export interface WantExplanation {
  /** What peers are asked by. */
  cid: CID
  /**
   * `ready`: it waits for a peer with room, or for its turn to be looked for.
   * `asked`: of a peer. `looking`: peers are asked whether they have it.
   * `waiting`: everybody reachable said no. `arriving`: it is being stored.
   */
  state: 'ready' | 'asked' | 'looking' | 'waiting' | 'arriving'
  /** For how many milliseconds it has been wanted. */
  age: number
  priority: number
  /** Who wants it: ids of sessions. */
  sessions: number[]
  /** Who was asked or spoke of it, since everybody was asked anew. */
  peers: WantPeer[]
  /** Was routing asked for it, since then? */
  search: 'none' | 'running' | 'done'
  /** How often everybody was asked anew. */
  refreshes: number
  /** What comes next, and in how many milliseconds at the latest, where that is known. */
  next: { event: WantEvent, due: number | undefined }
  /**
   * What happened, oldest first: the last 32 steps, from the first answer, search
   * or wait on, with whom it was asked of then. So much is kept of 512 wants, those
   * that have been open longest; of others it is told only whom they are asked of.
   */
  steps: PastWantStep[]
}
