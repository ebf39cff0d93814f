/**
 * Whom to ask for what: the policy of the wanting side. Takes facts and the
 * time, moves wants on the {@link WantBoard}, and leaves what the shell has to
 * do in `takeEffects`. Pure: no timers, no promises, no callbacks.
 *
 * A want goes to one peer that is likely to have it; those are the peers of its
 * sessions. When they refuse, or there are none, connected peers are asked in
 * steps whether they have it while routing is searched. When everybody said no
 * it waits, and is tried again with backoff and at once when something changes.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { UnavailableReason } from '../errors.ts'
import { ClientPeer } from './client-peer.ts'
import { FoundPeers } from './found-peers.ts'
import type { ClientOptions } from './options.ts'
import type { PeerAbilities } from './peer-wants.ts'
import type { SessionState } from './session-state.ts'
import { WantBoard } from './want-board.ts'
import { WantMoves } from './want-moves.ts'
import { WantState } from './want.ts'
import type { Effects, Want } from './want.ts'

export class WantPlanner {
  readonly board: WantBoard
  readonly #options: ClientOptions
  /** What dials and searches bring. */
  readonly found: FoundPeers
  readonly #moves: WantMoves

  /** @param canSearch - is there routing to ask? */
  constructor (options: ClientOptions, canSearch: boolean) {
    this.#options = options
    this.board = new WantBoard(options.dontHaveTimeout)
    this.#moves = new WantMoves(this.board, options, canSearch)
    this.found = new FoundPeers(this.#moves)
  }

  /** When `tick` is due next. */
  nextDeadline (): number | undefined {
    return this.board.deadlines.next()
  }

  takeEffects (): Effects {
    const effects = {
      wake: [...this.board.changed],
      search: this.#moves.search,
      cancelSearch: [...this.board.searchless],
      unavailable: this.#moves.unavailable
    }

    this.board.changed.clear()
    this.board.searchless.clear()
    this.#moves.search = []
    this.#moves.unavailable = []

    return effects
  }

  /** A session wants a block. */
  wanted (session: SessionState, want: { key: string, cid: CID, priority: number }, now: number): Want {
    const known = this.board.wants.has(want.key)
    const added = this.board.add(session, want.key, want.cid, want.priority)

    added.priority = Math.max(added.priority, want.priority)

    if (!known || added.state === WantState.Waiting || added.state === WantState.Ready) {
      this.#moves.assign(added, now)
    }

    this.#moves.continue(now)

    return added
  }

  /** A session wants it no more. */
  unwanted (session: SessionState, want: Want, now: number): void {
    this.board.leave(session, want)

    if (want.sessions.size === 0 && want.state !== WantState.Arriving) {
      this.board.remove(want)
    }

    this.#moves.continue(now)
  }

  sessionClosed (session: SessionState, now: number): void {
    for (const want of [...session.wants]) {
      this.unwanted(session, want, now)
    }

    for (const peer of session.peers) {
      peer.sessions.delete(session)
    }

    session.close()
    this.board.sessions.delete(session)
    this.board.stirred.delete(session)
  }

  peerConnected (id: PeerId, abilities: PeerAbilities, now: number): ClientPeer {
    const peer = new ClientPeer(id, { initial: this.#options.initialWindow, max: this.#options.maxWantsPerPeer })

    peer.abilities = abilities
    this.board.peers.set(peer.key, peer)

    for (const session of this.board.sessions) {
      if (session.knew(peer.key)) {
        this.#moves.join(session, peer)
      }
    }

    for (const want of [...this.board.unresolved]) {
      this.#moves.offer(want, peer, now)
    }

    this.#moves.continue(now)

    return peer
  }

  peerDisconnected (key: string, now: number): void {
    const peer = this.board.peers.get(key)

    if (peer == null) {
      return
    }

    this.board.peers.delete(key)
    this.board.deadlines.delete(peer)

    for (const session of [...peer.sessions]) {
      session.removePeer(peer)
      this.board.stirred.add(session)
    }

    const owed = new Set([...peer.asked, ...peer.probed])

    for (const entry of peer.wants) {
      this.board.wants.get(entry.key)?.holders.delete(peer)
    }

    for (const want of owed) {
      want.answers.set(peer.key, UnavailableReason.Disconnected)
      this.#moves.failedAt(want, peer, now)
    }

    this.board.changed.delete(peer)
    this.board.freed.delete(peer)
    this.#moves.continue(now)
  }

  haveReceived (peer: ClientPeer, key: string, now: number): void {
    const want = this.board.wants.get(key)

    peer.haves++
    peer.answered(now, peer.wants.haveReceived(key))
    this.board.freed.add(peer)

    if (want == null || want.state === WantState.Arriving) {
      this.#moves.continue(now)

      return
    }

    want.answers.set(peer.key, 'have')

    if (!want.askedOf.has(peer)) {
      this.board.answered(want, peer)
    }

    this.#moves.joinOpen(want, peer)

    // whoever was asked may be of an old protocol, and unable to say that it lacks the block
    if (want.state !== WantState.Asked || ![...want.askedOf].some(asked => asked.abilities.have)) {
      this.#moves.assign(want, now)
    }

    this.#moves.continue(now)
  }

  dontHaveReceived (peer: ClientPeer, key: string, now: number): void {
    const want = this.board.wants.get(key)

    peer.dontHaves++
    peer.answered(now, peer.wants.refused(key))
    this.board.freed.add(peer)

    if (want != null && want.state !== WantState.Arriving) {
      want.answers.set(peer.key, UnavailableReason.DontHave)
      this.#moves.failedAt(want, peer, now)
    }

    this.#moves.continue(now)
  }

  /**
   * A verified block came. Returns its want, which is `arriving` from now on
   * and must be ended with `settled`; undefined when nobody wants it (any more).
   */
  blockReceived (from: ClientPeer | undefined, key: string, size: number, now: number): Want | undefined {
    const want = this.board.wants.get(key)
    // the rest of a message may come when its sender has gone
    const peer = from != null && this.board.peers.get(from.key) === from ? from : undefined
    const askedAt = peer?.wants.blockReceived(key)

    peer?.answered(now, askedAt)

    if (want == null || want.state === WantState.Arriving) {
      this.#moves.continue(now)

      return undefined
    }

    if (peer != null) {
      peer.delivered(size)
      want.holders.delete(peer)
      this.board.freed.add(peer)

      this.#moves.joinOpen(want, peer)

      for (const session of want.sessions) {
        session.hit()
      }
    }

    this.arriving(want)
    this.#moves.continue(now)

    return want
  }

  /** It is here, from a peer or from our own user: nobody is asked any more. */
  arriving (want: Want): void {
    this.board.withdraw(want)
    this.board.enter(want, WantState.Arriving)
  }

  /** It was stored, or could not be. */
  settled (want: Want, now: number): void {
    this.board.remove(want)
    this.#moves.continue(now)
  }

  /** Time has passed. `heardAt` tells when any byte last came from a peer. */
  tick (now: number, heardAt: (peer: PeerId) => number): void {
    for (let due = this.board.deadlines.takeDue(now); due != null; due = this.board.deadlines.takeDue(now)) {
      if (due instanceof ClientPeer) {
        this.#checkSilence(due, Math.max(due.lastAnswerAt, heardAt(due.peer)), now)
      } else if (due.state === WantState.Looking) {
        this.#moves.step(due, now)
      } else if (due.state === WantState.Waiting) {
        this.#moves.refresh(due, now)
      }
    }

    this.#moves.continue(now)
  }

  /** A peer that owes us answers gives none, or cannot be reached: others are asked. What it still sends is welcome. */
  peerSilent (peer: ClientPeer, now: number): void {
    const owed = new Set([...peer.asked, ...peer.probed])

    peer.stall()

    for (const session of peer.sessions) {
      this.board.stirred.add(session)
    }

    for (const want of owed) {
      peer.wants.refused(want.key)
      want.answers.set(peer.key, UnavailableReason.Silent)
      this.#moves.failedAt(want, peer, now)
    }

    this.#moves.continue(now)
  }

  #checkSilence (peer: ClientPeer, heard: number, now: number): void {
    if (!peer.owes) {
      return
    }

    if (now - heard < this.#options.dontHaveTimeout) {
      this.board.deadlines.set(peer, heard + this.#options.dontHaveTimeout)

      return
    }

    this.peerSilent(peer, now)
  }
}
