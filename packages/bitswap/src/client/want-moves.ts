/**
 * Where a want goes next: to a peer, into the queue of its sessions, looking
 * step by step, or waiting. The policy behind `want-planner.ts`. Pure.
 */
import { canBeAsked, canCarry, choosePeer, companionsOf, hasPeer, sharesSession } from './peer-choice.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientOptions } from './options.ts'
import { Awaits } from './ready-queue.ts'
import { RefusedWants } from './refused-wants.ts'
import type { SessionState } from './session-state.ts'
import type { Surroundings } from './surroundings.ts'
import type { WantBoard } from './want-board.ts'
import { WantBalance } from './want-balance.ts'
import { WantLooking } from './want-looking.ts'
import type { Outcome } from './want-looking.ts'
import { WantSharing } from './want-sharing.ts'
import { Waits } from './want-steps.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

export class WantMoves {
  readonly #board: WantBoard
  readonly #options: ClientOptions
  readonly looking: WantLooking
  readonly #balance: WantBalance
  readonly #refused: RefusedWants
  /** What sessions bring that join, and take away. */
  readonly sharing: WantSharing
  #unavailable: Want[] = []

  constructor (board: WantBoard, options: ClientOptions, { canSearch, network }: Surroundings) {
    this.#board = board
    this.#options = options
    this.looking = new WantLooking(board, options, canSearch)
    this.#balance = new WantBalance(board, network)
    this.#refused = new RefusedWants(board)
    this.sharing = new WantSharing(board, options, this.looking, this.#refused)
  }

  /** Is there anything to take below? */
  get hasEffects (): boolean {
    return this.looking.routing.hasDue || this.#unavailable.length > 0
  }

  /** Wants that routing is to be asked for. */
  takeSearches (): Want[] {
    return this.looking.routing.takeDue()
  }

  /** Wants that everybody reachable said no to. */
  takeUnavailable (): Want[] {
    const unavailable = this.#unavailable
    this.#unavailable = []

    return unavailable
  }

  /** This peer will not send it, for now. */
  failedAt (want: Want, peer: ClientPeer, now: number): void {
    const asked = this.#board.answered(want, peer)

    if (asked && want.state === WantState.Asked) {
      for (const session of want.sessions) {
        if (session.miss(peer)) {
          // others were not to be asked as long as it could be
          session.peers.forEach(other => this.#board.openings.freed.add(other))
        }
      }

      if (want.askedOf.size === 0) {
        this.assign(want, now)
      }
    } else {
      // it may have been waiting for this peer
      this.goOn(want, now)
    }
  }

  /** Somebody, or something, is left out that it may have been waiting for. */
  goOn (want: Want, now: number): void {
    if (want.state === WantState.Ready) {
      this.assign(want, now)
    } else {
      this.stepIfDone(want, now)
    }
  }

  /** Gives a want that nobody was asked for, or no longer, to the best peer; or looks for one. */
  assign (want: Want, now: number): void {
    const { best, any } = choosePeer(want)

    if (best != null) {
      this.#ask(want, best, now)
    } else if (any) {
      this.#board.queue(want, Awaits.Peer)
      this.#board.histories.note(want, Waits.Room, now)
    } else {
      this.#follow(want, this.looking.look(want, now), now)
    }
  }

  /** The next step of looking is due. */
  step (want: Want, now: number): void {
    this.#follow(want, this.looking.step(want, now), now)
  }

  /** Goes on looking if all that was under way has ended. */
  stepIfDone (want: Want, now: number): void {
    this.#follow(want, this.looking.stepIfDone(want, now), now)
  }

  /** Asks everybody again. */
  refresh (want: Want, now: number): void {
    want.answers.clear()
    want.probes = 0
    want.refreshes++
    want.refreshAt = undefined
    want.silentUntil = undefined

    if (want.search === 'done') {
      want.search = 'none'
    }

    this.assign(want, now)
  }

  /** A peer has come: might it have this want, which nobody has? */
  offer (want: Want, peer: ClientPeer, now: number): void {
    // a stranger whose wantlist is full is offered it as soon as there is room
    if (!canCarry(peer, want.cid) || (!peer.wants.hasRoom && peer.sessions.size === 0)) {
      return
    }

    if (sharesSession(peer, want)) {
      this.assign(want, now)
    } else if (want.isOpen) {
      this.#follow(want, this.looking.offer(want, peer, now), now)
    }
  }

  /** It has room, and may have more of what others were asked for than was known. */
  relieve (peer: ClientPeer, now: number): void {
    this.#balance.relieve(peer, now)
  }

  /** Somebody may have fallen behind. */
  rebalance (session: SessionState, now: number): void {
    for (const peer of session.peers) {
      this.#balance.relieve(peer, now)
    }
  }

  join (session: SessionState, peer: ClientPeer): void {
    if (session.addPeer(peer)) {
      this.#board.openings.gain(session, peer)
    }
  }

  joinOpen (want: Want, peer: ClientPeer): void {
    for (const session of want.sessions) {
      if (!want.closedIn.has(session)) {
        this.join(session, peer)
      }
    }
  }

  /** What the last fact made possible elsewhere. */
  continue (now: number): void {
    const { openings } = this.#board
    const { freed, stirred, gained, roomToLook } = openings

    while (openings.any) {
      for (const peer of freed) {
        freed.delete(peer)
        this.#fill(peer, now)
      }

      for (const session of stirred) {
        stirred.delete(session)
        session.ready.drain(Awaits.Peer).forEach(want => { this.assign(want, now) })
      }

      for (const [session, peers] of gained) {
        gained.delete(session)
        this.#useGained(session, peers, now)
      }

      for (const session of roomToLook) {
        roomToLook.delete(session)
        this.#lookForMore(session, now)
      }
    }

    this.#board.lateCancels.start(now)
  }

  #ask (want: Want, peer: ClientPeer, now: number): void {
    this.#board.enter(want, WantState.Asked)
    this.#refused.takeBack(want, peer)
    this.#board.ask(want, peer, now)
    this.#balance.watch(want, peer, now)

    const companions = companionsOf(want, peer)

    for (const companion of companions) {
      this.#board.probe(want, companion, now, false)
    }

    for (const stranger of this.looking.strangers(want, companions.length, now)) {
      this.#board.probe(want, stranger, now, false)
    }
  }

  #follow (want: Want, outcome: Outcome, now: number): void {
    if (outcome === 'nobody') {
      this.#giveUp(want, now)
    } else if (outcome != null) {
      this.joinOpen(want, outcome)
      this.#ask(want, outcome, now)
    }
  }

  /** Everybody said no: until somebody new comes, or the refresh. Silence is less of an answer: it is asked again sooner. */
  #giveUp (want: Want, now: number): void {
    const { refreshDelay, maxRefreshDelay, dontHaveTimeout } = this.#options

    if (hasPeer(want, want.sessions)) {
      // a peer that has joined its sessions since
      this.assign(want, now)

      return
    }

    let delay = want.answers.hasSilence ? Math.min(dontHaveTimeout, refreshDelay) : refreshDelay

    for (let i = 0; i < want.refreshes && delay < maxRefreshDelay; i++) {
      delay *= 2
    }

    want.refreshAt = Math.max(now, Math.min(want.refreshAt ?? Infinity, now + Math.min(delay, maxRefreshDelay)))
    this.#board.enter(want, WantState.Waiting)
    this.#board.deadlines.set(want, want.refreshAt)
    this.#board.histories.note(want, { step: 'waiting', waitsFor: 'refresh', askAgainIn: want.refreshAt - now }, now)
    this.#unavailable.push(want)
    this.#refused.tellAgain(want, want.sessions, now)
  }

  /** Gives a peer with room the wants that wait for one, and what it could not be offered before. */
  #fill (peer: ClientPeer, now: number): void {
    this.#board.ready.fill(peer, want => { this.#ask(want, peer, now) })

    for (let want = peer.unoffered?.next(peer); want != null; want = peer.unoffered?.next(peer)) {
      this.offer(want, peer, now)
    }

    this.#balance.relieve(peer, now)
  }

  /** Wants that nobody was known to have may be had from peers the session has gained. */
  #useGained (session: SessionState, peers: ReadonlySet<ClientPeer>, now: number): void {
    const mayHave = (want: Want): boolean => [...peers].some(peer => canBeAsked(peer, want))

    for (const want of session.wants) {
      const isLeft = want.held || want.state === WantState.Waiting || session.ready.awaited(want) === Awaits.Turn
      const isLeftToRouting = want.state === WantState.Looking && want.probedAt.size === 0 && want.askedOf.size === 0

      if ((isLeft || isLeftToRouting) && mayHave(want)) {
        this.assign(want, now)
      }
    }
  }

  /** Fewer wants are being looked for than may be: those that wait for their turn are next. */
  #lookForMore (session: SessionState, now: number): void {
    while (session.looking < session.maxLooking(this.#options.maxLooking)) {
      const want = session.ready.takeTurn()

      if (want == null) {
        break
      }

      this.assign(want, now)
    }
  }
}
