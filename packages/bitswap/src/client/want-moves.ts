/**
 * Where a want goes next: to a peer, into the queue of its sessions, looking
 * step by step, or waiting. The policy behind `want-planner.ts`. Pure.
 */
import { choosePeer, canCarry, companionsOf, PROBE_STEPS, probeOrder } from './peer-choice.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientOptions } from './options.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

/** How many wants that a peer cannot help with are looked past to find one it can. */
const MAX_SKIPS = 32

export class WantMoves {
  readonly #board: WantBoard
  readonly #options: ClientOptions
  readonly #canSearch: boolean
  /** Routing is to be asked for these. */
  search: Want[] = []
  /** Everybody reachable said no to these. */
  unavailable: Want[] = []

  constructor (board: WantBoard, options: ClientOptions, canSearch: boolean) {
    this.#board = board
    this.#options = options
    this.#canSearch = canSearch
  }

  /** This peer will not send it, for now. */
  failedAt (want: Want, peer: ClientPeer, now: number): void {
    const asked = this.#board.answered(want, peer)

    if (asked && want.state === WantState.Asked) {
      for (const session of want.sessions) {
        session.miss()
      }

      if (want.askedOf.size === 0) {
        this.assign(want, now)
      }
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
      this.#board.enter(want, WantState.Ready)
    } else {
      this.#look(want, now)
    }
  }

  #ask (want: Want, peer: ClientPeer, now: number): void {
    this.#board.enter(want, WantState.Asked)
    this.#board.ask(want, peer, now)

    for (const companion of companionsOf(want, peer)) {
      this.#board.probe(want, companion, now, false)
    }
  }

  #look (want: Want, now: number): void {
    const open = this.#board.isOpen(want)

    if (open && want.state !== WantState.Looking && ![...want.sessions].some(session => session.looking < this.#options.maxLooking)) {
      this.#board.enter(want, WantState.Ready)

      return
    }

    this.#board.enter(want, WantState.Looking)

    // whoever has one block of a session is likely to have the next: one search at a time, unless it found nothing
    if (open && ![...want.sessions].some(session => session.searches > 0)) {
      this.#startSearch(want)
    }

    this.step(want, now)
  }

  /** Asks routing, unless it was asked in this round. */
  #startSearch (want: Want): boolean {
    const searcher = [...want.sessions].find(session => !session.exclusive)

    if (!this.#canSearch || want.search !== 'none' || searcher == null) {
      return false
    }

    want.startSearch(searcher)
    this.search.push(want)

    return true
  }

  /** Asks everybody again. */
  refresh (want: Want, now: number): void {
    want.answers.clear()
    want.probes = 0

    if (want.search === 'done') {
      want.search = 'none'
    }

    this.assign(want, now)
  }

  /** Goes on looking if all that was under way has ended. */
  stepIfDone (want: Want, now: number): void {
    if (want.state === WantState.Looking && want.probedAt.size === 0 && want.askedOf.size === 0) {
      this.step(want, now)
    }
  }

  /** The next step of looking: more peers are asked, or all were and it is over for now. */
  step (want: Want, now: number): void {
    const candidates = this.#board.isOpen(want) ? probeOrder(want, this.#board.peers.values()) : []
    const only = candidates[0]

    if (this.#board.peers.size === 1 && only?.hasRoom === true) {
      // nobody else to ask: no need to ask first
      this.joinOpen(want, only)
      this.#ask(want, only, now)

      return
    }

    const limit = this.#options.maxBroadcastPeers
    const step = PROBE_STEPS.find(size => size > want.probes) ?? limit
    const room = Math.min(step, limit) - want.probes
    const asked = candidates.slice(0, Math.max(0, room))

    for (const peer of asked) {
      want.probes++
      this.#probe(want, peer, now)
    }

    if (asked.length < candidates.length && want.probes < limit) {
      this.#board.deadlines.set(want, now + this.#options.widenDelay)
    } else if (want.probedAt.size === 0 && want.askedOf.size === 0 && !this.#mayStillCome(want) && !this.#startSearch(want)) {
      this.#giveUp(want, now)
    }
  }

  #mayStillCome (want: Want): boolean {
    return want.search === 'running' || [...want.sessions].some(session => session.dials > 0)
  }

  /** A peer that knows no WANT-HAVE is asked for the block itself; one that is silent is asked but not waited for. */
  #probe (want: Want, peer: ClientPeer, now: number): void {
    if (peer.abilities.have) {
      this.#board.probe(want, peer, now, !peer.stalled)
    } else {
      this.#board.ask(want, peer, now)
    }
  }

  /** Everybody said no: until somebody new comes, or the refresh. Silence is less of an answer: it is asked again sooner. */
  #giveUp (want: Want, now: number): void {
    const { refreshDelay, maxRefreshDelay, dontHaveTimeout } = this.#options
    let delay = want.hasSilence ? Math.min(dontHaveTimeout, refreshDelay) : refreshDelay

    for (let i = 0; i < want.refreshes && delay < maxRefreshDelay; i++) {
      delay *= 2
    }

    want.refreshes++
    this.#board.enter(want, WantState.Waiting)
    this.#board.deadlines.set(want, now + Math.min(delay, maxRefreshDelay))
    this.unavailable.push(want)
  }

  /** A peer has come: might it have this want, which nobody has? */
  offer (want: Want, peer: ClientPeer, now: number): void {
    if (!canCarry(peer, want.cid)) {
      return
    }

    if ([...peer.sessions].some(session => want.sessions.has(session))) {
      this.assign(want, now)
    } else if (this.#board.isOpen(want) && want.probes < this.#options.maxBroadcastPeers) {
      if (want.state === WantState.Waiting) {
        this.#board.enter(want, WantState.Looking)
      }

      if (this.#board.peers.size === 1) {
        this.step(want, now)
      } else {
        want.probes++
        this.#probe(want, peer, now)
      }
    }
  }

  join (session: SessionState, peer: ClientPeer): void {
    if (session.addPeer(peer)) {
      this.#board.freed.add(peer)
    }
  }

  joinOpen (want: Want, peer: ClientPeer): void {
    for (const session of want.sessions) {
      if (!session.exclusive) {
        this.join(session, peer)
      }
    }
  }

  /** What the last fact made possible elsewhere. */
  continue (now: number): void {
    const { freed, stirred, roomToLook } = this.#board

    while (freed.size > 0 || stirred.size > 0 || roomToLook.size > 0) {
      for (const peer of freed) {
        freed.delete(peer)
        this.#fill(peer, now)
      }

      for (const session of stirred) {
        stirred.delete(session)
        this.#reassign(session, now)
      }

      for (const session of roomToLook) {
        roomToLook.delete(session)
        this.#lookForMore(session, now)
      }
    }
  }

  /** Gives a peer with room the wants that wait for one. */
  #fill (peer: ClientPeer, now: number): void {
    for (const session of peer.sessions) {
      while (peer.hasRoom) {
        const want = takeReady(session, want => !want.isRefusedBy(peer) && canCarry(peer, want.cid))

        if (want == null) {
          break
        }

        this.#ask(want, peer, now)
      }
    }
  }

  /** Wants that wait for a peer, of a session that lost one: there may be none left to wait for. */
  #reassign (session: SessionState, now: number): void {
    for (const want of session.ready.drain()) {
      want.queuedIn.delete(session)

      if (want.state === WantState.Ready && session.wants.has(want)) {
        this.assign(want, now)
      }
    }
  }

  /** Fewer wants are being looked for than may be: wants that nobody is known to have are next. */
  #lookForMore (session: SessionState, now: number): void {
    while (session.looking < this.#options.maxLooking) {
      const want = takeReady(session, want => !choosePeer(want).any)

      if (want == null) {
        break
      }

      this.#look(want, now)
    }
  }
}

/** The first ready want of a session that fits. */
function takeReady (session: SessionState, fits: (want: Want) => boolean): Want | undefined {
  const taken = session.ready.take(want => {
    if (want.state === WantState.Ready && session.wants.has(want)) {
      return fits(want) ? 'take' : 'skip'
    }

    want.queuedIn.delete(session)

    return 'drop'
  }, MAX_SKIPS)

  taken?.queuedIn.delete(session)

  return taken
}
