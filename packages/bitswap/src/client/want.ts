/**
 * One block we want, and where it stands. Shared by all sessions that want it,
 * so that it is asked of one peer at a time however many callers wait.
 */
import type { CID } from 'multiformats/cid'
import { SmallSet } from '../core/small-set.ts'
import { UnavailableReason } from '../errors.ts'
import type { WantStep } from '../events.ts'
import { Answers } from './answers.ts'
import type { ClientPeer } from './client-peer.ts'
import type { PeerNumbers } from './peer-numbers.ts'
import type { SessionState } from './session-state.ts'
import type { WantHistory } from './want-history.ts'

/**
 * In each state something is under way that ends it:
 *
 * - `ready`: in the queues of its sessions. Peers that may have it are busy; ends
 *   when one has room, or none is left. Or as many wants as allowed are being
 *   looked for; ends with one of them.
 * - `asked`: a peer was asked to send it; ends with its answer, its silence, its
 *   leaving.
 * - `looking`: peers are asked whether they have it, or a search or dial runs;
 *   ends with answers, or with `deadline`.
 * - `waiting`: everybody reachable said no; ends with a new peer, a late answer,
 *   or the refresh at `deadline`.
 * - `arriving`: it was verified and is being stored.
 * - `over`: stored, failed, or wanted by nobody.
 */
export const WantState = {
  Ready: 'ready',
  Asked: 'asked',
  Looking: 'looking',
  Waiting: 'waiting',
  Arriving: 'arriving',
  Over: 'over'
} as const
export type WantState = typeof WantState[keyof typeof WantState]

/** Providers that one search brought. */
export interface NamedProviders {
  count: number
  /** Ids of those that could not be reached. At most as many as one search takes in. */
  readonly unreachable: string[]
}

/** A want as a session states it. */
export interface WantedBy {
  key: string
  cid: CID
  priority: number
  /** Nobody but the peers of the session is to be asked. */
  closed: boolean
  /** Somebody listens to what happens to it. */
  traced?: boolean
}

export class Want {
  readonly key: string
  /** What peers are asked by: of several names of one block, one that every peer understands. */
  cid: CID
  priority: number
  state: WantState = WantState.Ready
  readonly sessions: SmallSet<SessionState> = new SmallSet()
  /** Those of them that want it from nobody but their own peers. */
  readonly closedIn: SmallSet<SessionState> = new SmallSet()
  /** Of peers that were asked, or spoke, since the last refresh, those who left included. */
  readonly answers: Answers
  /** Peers in whose wantlists it is, told of it or about to be. */
  readonly holders: SmallSet<ClientPeer> = new SmallSet()
  /** Who was asked to send it and has not answered: nearly always at most one. */
  readonly askedOf: SmallSet<ClientPeer> = new SmallSet()
  /** Who was asked whether they have it and has not answered. */
  readonly probedAt: SmallSet<ClientPeer> = new SmallSet()
  /** Has routing been asked for it in this round? */
  search: 'none' | 'running' | 'done' = 'none'
  /** Since when it is wanted. */
  since = 0
  /** What happened to it, if that is kept (`want-histories.ts`). */
  history: WantHistory | undefined
  /** Whom routing named when it was asked last; undefined when it was not. */
  named: NamedProviders | undefined
  #searcher: SessionState | undefined
  /** Since when it may count on routing, asked for it or for another block of a session of its. */
  searchedAt = 0
  #held = false
  #heldFor: SessionState | undefined
  /** How many peers were asked in the steps of this round. */
  probes = 0
  /** How often a faster peer took it over from a slower one. */
  takeOvers = 0
  /** Until when those who fell silent in this round are waited for; set when nobody else is left. */
  silentUntil: number | undefined
  /** How often everybody was asked again. */
  refreshes = 0
  /** When everybody is asked again; set once everybody has said no. Those who come later and say no too do not put it off. */
  refreshAt: number | undefined

  constructor (key: string, cid: CID, priority: number, peers: PeerNumbers) {
    this.answers = new Answers(peers)
    this.key = key
    this.cid = cid
    this.priority = priority
  }

  /** Did this peer say it cannot help, or fall silent? */
  isRefusedBy (peer: ClientPeer): boolean {
    const answer = this.answers.get(peer)

    return answer != null && answer !== 'have'
  }

  /** Does it stand what this peer says of it? One that left and is back may be asked again. */
  isAnsweredBy (peer: ClientPeer): boolean {
    return this.answers.get(peer) != null
  }

  /** May others be asked than the peers of its sessions? */
  get isOpen (): boolean {
    return this.closedIn.size < this.sessions.size
  }

  /** The next step of looking for it is put off: for routing, or as many others are asked of everybody. */
  get held (): boolean {
    return this.#held
  }

  /**
   * Puts off its next step.
   *
   * @param session - whose search it waits for, if that is for another block
   */
  hold (session?: SessionState): void {
    this.release()
    this.#held = true
    this.#heldFor = session
    session?.held.add(this)
  }

  release (): void {
    this.#heldFor?.held.delete(this)
    this.#heldFor = undefined
    this.#held = false
  }

  /** Routing is asked for it, on behalf of a session. */
  startSearch (searcher: SessionState, now: number): void {
    this.search = 'running'
    this.searchedAt = now
    this.named = { count: 0, unreachable: [] }
    this.#searcher = searcher
    searcher.searches++
    searcher.searchedAt = now
  }

  /** On whose behalf it was; undefined when it had ended. */
  endSearch (): SessionState | undefined {
    const searcher = this.#searcher

    if (searcher != null) {
      searcher.searches--
      this.#searcher = undefined
    }

    this.search = 'done'

    return searcher
  }

  /** Why it could not be had so far: peer to reason. */
  reasons (): Map<string, UnavailableReason> {
    const unreachable = this.named?.unreachable.map((peer): [string, UnavailableReason] => [peer, UnavailableReason.Unreachable]) ?? []

    return new Map([...unreachable, ...this.answers.reasons()])
  }
}

/** What the shell has to do, after the planner has been told something. */
export interface Effects {
  /** These have something to be told. */
  wake: ClientPeer[]
  /** Routing is to be asked; ends with `searchEnded`. */
  search: Want[]
  /** Need not be searched for any more. */
  cancelSearch: Want[]
  /** Everybody reachable said no. */
  unavailable: Want[]
  /** What happened to those somebody listens to, in order. */
  steps: ReadonlyArray<[Want, WantStep]>
}
