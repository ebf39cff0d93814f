/**
 * Where every want stands: the book-keeping that keeps wants, peers and
 * sessions in step with each other. Moves are made here and decided in
 * `want-planner.ts`. Pure.
 *
 * Limits: wants are bounded by whoever adds them, wants at one peer by its
 * `PeerWants`, and all else is proportional to those two.
 */
import type { CID } from 'multiformats/cid'
import { Deadlines } from '../core/deadlines.ts'
import { WantType } from '../message/message.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'
import { Want, WantState } from './want.ts'

export class WantBoard {
  readonly wants: Map<string, Want> = new Map()
  readonly peers: Map<string, ClientPeer> = new Map()
  readonly sessions: Set<SessionState> = new Set()
  /** Wants nobody is known to have: looking or waiting. */
  readonly unresolved: Set<Want> = new Set()
  /** Of wants: the next step, or the refresh. Of peers: when their silence counts. */
  readonly deadlines: Deadlines<Want | ClientPeer> = new Deadlines()
  /** Peers whose wantlist has changed. */
  readonly changed: Set<ClientPeer> = new Set()
  /** Peers that can be asked for more than before. */
  readonly freed: Set<ClientPeer> = new Set()
  /** Sessions that lost a peer which their ready wants may have been waiting for. */
  readonly stirred: Set<SessionState> = new Set()
  /** Wants that are over while routing is still asked for them. */
  readonly searchless: Set<Want> = new Set()
  /** Sessions that look for fewer wants than before. */
  readonly roomToLook: Set<SessionState> = new Set()
  readonly #silence: number

  /** @param silence - after how many milliseconds without an answer a peer that owes some is silent */
  constructor (silence: number) {
    this.#silence = silence
  }

  add (session: SessionState, key: string, cid: CID, priority: number): Want {
    let want = this.wants.get(key)

    if (want == null) {
      want = new Want(key, cid, priority)
      this.wants.set(key, want)
    }

    if (!want.sessions.has(session)) {
      want.sessions.add(session)
      session.wants.add(want)
      session.looking += want.state === WantState.Looking ? 1 : 0
    }

    return want
  }

  /** The session wants it no more. */
  leave (session: SessionState, want: Want): void {
    if (want.sessions.delete(session)) {
      session.wants.delete(want)

      if (want.state === WantState.Looking) {
        session.looking--
        this.roomToLook.add(session)
      }
    }
  }

  /** Nothing of it is left, here or at any peer. */
  remove (want: Want): void {
    this.withdraw(want)
    this.#leaveState(want)
    want.state = WantState.Over
    this.wants.delete(want.key)

    for (const session of want.sessions) {
      session.wants.delete(want)
    }

    want.sessions.clear()

    if (want.search === 'running') {
      want.endSearch()
      this.searchless.add(want)
    }
  }

  enter (want: Want, state: WantState): void {
    this.#leaveState(want)
    want.state = state

    if (state === WantState.Looking || state === WantState.Waiting) {
      this.unresolved.add(want)
    }

    for (const session of want.sessions) {
      if (state === WantState.Looking) {
        session.looking++
      } else if (state === WantState.Ready && !want.queuedIn.has(session)) {
        want.queuedIn.add(session)
        session.ready.push(want, want.priority)
      }
    }
  }

  /** Asks the peer to send it. False when the peer's wantlist is full. */
  ask (want: Want, peer: ClientPeer, now: number): boolean {
    if (!peer.wants.want(want.key, want.cid, WantType.Block, want.priority)) {
      return false
    }

    this.#nowOwes(peer, now)
    this.#answeredProbe(want, peer)
    want.askedOf.add(peer)
    want.holders.add(peer)
    peer.asked.add(want)
    this.changed.add(peer)

    return true
  }

  /** Asks the peer whether it has it. With `wait`, the want counts on the answer. False when the peer's wantlist is full. */
  probe (want: Want, peer: ClientPeer, now: number, wait: boolean): boolean {
    if (!peer.wants.want(want.key, want.cid, WantType.Have, want.priority)) {
      return false
    }

    this.#nowOwes(peer, now)
    want.holders.add(peer)
    peer.probed.add(want)
    this.changed.add(peer)

    if (wait) {
      want.probedAt.add(peer)
    }

    return true
  }

  /** The peer answered, fell silent or left: it owes nothing for this want any more. Was it asked to send it? */
  answered (want: Want, peer: ClientPeer): boolean {
    const asked = want.askedOf.delete(peer)

    if (asked) {
      peer.asked.delete(want)
      this.freed.add(peer)
    }

    this.#answeredProbe(want, peer)

    return asked
  }

  /** Takes it back from every peer that holds it. */
  withdraw (want: Want): void {
    for (const peer of [...want.askedOf, ...want.probedAt]) {
      this.answered(want, peer)
    }

    for (const peer of want.holders) {
      peer.probed.delete(want)
      peer.wants.cancel(want.key)

      if (peer.wants.hasChanges) {
        this.changed.add(peer)
      }
    }

    want.holders.clear()
  }

  /** Only if any of its sessions may ask others than its own peers. */
  isOpen (want: Want): boolean {
    for (const session of want.sessions) {
      if (!session.exclusive) {
        return true
      }
    }

    return false
  }

  #answeredProbe (want: Want, peer: ClientPeer): void {
    want.probedAt.delete(peer)
    peer.probed.delete(want)
  }

  /** A peer that owed nothing owes from now on. */
  #nowOwes (peer: ClientPeer, now: number): void {
    if (!peer.owes) {
      peer.lastAnswerAt = now
      this.deadlines.set(peer, now + this.#silence)
    }
  }

  #leaveState (want: Want): void {
    this.deadlines.delete(want)
    this.unresolved.delete(want)

    if (want.state === WantState.Looking) {
      for (const session of want.sessions) {
        session.looking--
        this.roomToLook.add(session)
      }
    }
  }
}
