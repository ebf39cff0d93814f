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
import { RecentSet } from '../core/recent-set.ts'
import { UnavailableReason } from '../errors.ts'
import { ClientPeer } from './client-peer.ts'
import { FoundPeers } from './found-peers.ts'
import type { ClientOptions } from './options.ts'
import { PeerChanges } from './peer-changes.ts'
import { SessionState } from './session-state.ts'
import type { Surroundings } from './surroundings.ts'
import { WantBoard } from './want-board.ts'
import { WantMoves } from './want-moves.ts'
import { WantState } from './want.ts'
import type { Effects, Want, WantedBy } from './want.ts'

/** How many wants that were given up are remembered, at the least. */
const RECENT_GIVEN_UP = 32_768

export class WantPlanner {
  readonly board: WantBoard
  /** Keys of wants that ended without their block, of late: it may come all the same. */
  readonly givenUp: RecentSet<string> = new RecentSet(RECENT_GIVEN_UP)
  /** What dials and searches bring. */
  readonly found: FoundPeers
  /** Peers come, leave and fall silent. */
  readonly peers: PeerChanges
  readonly #moves: WantMoves
  readonly #surroundings: Surroundings

  constructor (options: ClientOptions, surroundings: Surroundings) {
    this.board = new WantBoard(options.maxFormerPeers)
    this.#moves = new WantMoves(this.board, options, surroundings)
    this.#surroundings = surroundings
    this.found = new FoundPeers(this.board, this.#moves)
    this.peers = new PeerChanges(this.board, this.#moves, options)
  }

  /** When `tick` is due next. */
  nextDeadline (): number | undefined {
    const next = Math.min(this.board.deadlines.next() ?? Infinity, this.board.lateCancels.next ?? Infinity)

    return next === Infinity ? undefined : next
  }

  /** How often a peer was not asked whether it has a block, as `maxBroadcastPeers` had been. */
  get skipped (): number {
    return this.#moves.looking.skipped
  }

  /** What is to be done now; undefined when there is nothing. */
  takeEffects (): Effects | undefined {
    const { changed, searchless, histories } = this.board

    // nearly always, and asked after each block
    if (changed.size === 0 && searchless.size === 0 && !histories.hasFresh && !this.#moves.hasEffects) {
      return undefined
    }

    const effects = {
      wake: [...changed],
      search: this.#moves.takeSearches(),
      cancelSearch: [...searchless],
      unavailable: this.#moves.takeUnavailable(),
      steps: histories.takeFresh()
    }

    changed.clear()
    searchless.clear()

    return effects
  }

  /** A session wants a block. */
  wanted (session: SessionState, stated: WantedBy, now: number): Want {
    const known = this.board.wants.get(stated.key)
    const [wasOpen, cid] = [known?.isOpen, known?.cid]
    const want = this.board.add(session, stated)
    const isNews = known == null || want.isOpen !== wasOpen || want.cid !== cid

    if (known == null) {
      want.since = now
    }

    if (stated.traced === true) {
      this.board.histories.listen(want, now)
    }

    if (want.state !== WantState.Asked && want.state !== WantState.Arriving && (isNews || this.#moves.sharing.joined(want, session, now))) {
      // there are peers now that could not be asked before
      this.#moves.assign(want, now)
    }

    this.#moves.continue(now)

    return want
  }

  /** A session wants it no more. */
  unwanted (session: SessionState, want: Want, now: number): void {
    this.#leave(session, want, now)
    this.#moves.continue(now)
  }

  sessionClosed (session: SessionState, now: number): void {
    // first, so that none of its wants is given to them in place of another
    for (const peer of session.peers) {
      peer.sessions.delete(session)
    }

    session.close()
    this.board.sessions.delete(session)
    this.board.deadlines.delete(session)

    for (const want of [...session.wants]) {
      this.#leave(session, want, now)
    }

    this.#moves.continue(now)
    this.board.openings.forget(session)
    this.board.ready.forget(session)
  }

  haveReceived (peer: ClientPeer, key: string, now: number): void {
    const want = this.board.wants.get(key)
    const hadRoom = peer.hasRoom

    peer.haves++
    peer.usefulness.had(now)
    this.peers.answered(peer, { askedAt: peer.wants.haveReceived(key), owed: want != null && peer.probed.has(want) }, now)

    if (want != null && want.state !== WantState.Arriving) {
      this.#had(want, peer, now)
    }

    // with room before there is nothing else that waits for it: all that waits would be gone through for each HAVE
    if (hadRoom) {
      this.#moves.relieve(peer, now)
    } else {
      this.board.openings.freed.add(peer)
    }

    this.#moves.continue(now)
  }

  dontHaveReceived (peer: ClientPeer, key: string, now: number): void {
    const want = this.board.wants.get(key)

    const hadRoom = peer.hasRoom

    peer.dontHaves++
    this.peers.answered(peer, { askedAt: peer.wants.refused(key), owed: want != null && peer.owesAnswer(want), ended: want }, now)

    // one that could be asked before can be asked for nothing more: all that waits would be gone through for each refusal
    if (!hadRoom) {
      this.board.openings.freed.add(peer)
    }

    if (want != null && want.state !== WantState.Arriving) {
      this.board.histories.heard(want, peer, UnavailableReason.DontHave, now)
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

    if (peer != null) {
      this.peers.answered(peer, { askedAt: peer.wants.blockReceived(key), owed: want != null && peer.owesAnswer(want), ended: want }, now)

      if (want != null && peer.asked.has(want)) {
        peer.overtaken.blockCame(want, peer.asked.keys(), now)
      }

      this.board.openings.freed.add(peer)

      if (peer.wants.hasChanges) {
        this.board.changed.add(peer)
      }
    }

    if (want == null || want.state === WantState.Arriving) {
      this.#moves.continue(now)

      return undefined
    }

    if (peer != null) {
      peer.heard(this.#surroundings.network.bytesFrom(peer.peer), now)
      peer.delivered(size)
      this.board.answered(want, peer)
      want.holders.delete(peer)
      peer.usefulness.had(now)
      this.#moves.joinOpen(want, peer)

      for (const session of want.sessions) {
        session.hit(peer)
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
    this.board.dropSearch(want)
  }

  /** It was stored, or could not be. */
  settled (want: Want, now: number): void {
    this.board.remove(want)
    this.#moves.continue(now)
  }

  /**
   * Time has passed. `heardAt` tells when any byte last came from a peer; `late`
   * is to be set when nothing could run for a while, reading neither.
   */
  tick (now: number, heardAt: (peer: PeerId) => number, late: boolean = false): void {
    for (let due = this.board.deadlines.takeDue(now); due != null; due = this.board.deadlines.takeDue(now)) {
      if (due instanceof ClientPeer) {
        this.peers.checkSilence(due, { heard: heardAt(due.peer), late }, now)
      } else if (due instanceof SessionState) {
        this.#moves.rebalance(due, now)
      } else if (due.state === WantState.Looking) {
        this.#moves.step(due, now)
      } else if (due.state === WantState.Waiting) {
        this.#moves.refresh(due, now)
      }
    }

    for (const peer of this.board.lateCancels.takeDue(now)) {
      this.board.changed.add(peer)
    }

    this.#moves.continue(now)
  }

  /** A peer said that it has it. */
  #had (want: Want, peer: ClientPeer, now: number): void {
    // it said so before, and was asked in vain: it is believed again when nobody else is left
    const isWorthless = want.isRefusedBy(peer) && peer.isUnbelieved(want) && want.state !== WantState.Waiting

    if (!isWorthless) {
      this.board.histories.heard(want, peer, 'have', now)
    }

    this.board.dropHolder(want, peer)

    if (!want.askedOf.has(peer)) {
      this.board.answered(want, peer)
    }

    this.#moves.joinOpen(want, peer)

    // whoever was asked may be of an old protocol, and unable to say that it lacks the block
    if (want.state !== WantState.Asked || ![...want.askedOf].some(asked => asked.abilities.have)) {
      this.#moves.assign(want, now)
    }
  }

  /** What only this session had to do with it, its peers and dials, brings it on no more. */
  #leave (session: SessionState, want: Want, now: number): void {
    const wasOpen = want.isOpen

    this.board.leave(session, want)

    if (want.sessions.size === 0) {
      if (want.state !== WantState.Arriving) {
        this.givenUp.add(want.key)
        this.board.remove(want)
      }
    } else if (want.isOpen !== wasOpen || this.#moves.sharing.left(want, session)) {
      this.#moves.goOn(want, now)
    }
  }
}
