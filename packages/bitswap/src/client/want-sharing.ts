/**
 * What a session brings to a want that others want too, and takes away when it
 * leaves. Thousands of sessions may want the same block, and come and go one by
 * one: what is looked at is the one that does, not all of them. Part of
 * `want-planner.ts`, pure like it.
 */
import type { ClientOptions } from './options.ts'
import { choosePeer, hasPeer } from './peer-choice.ts'
import { silentPeersOf } from './probe-order.ts'
import { Awaits } from './ready-queue.ts'
import type { RefusedWants } from './refused-wants.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import type { WantLooking } from './want-looking.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

export class WantSharing {
  readonly #board: WantBoard
  readonly #options: Pick<ClientOptions, 'maxLooking'>
  readonly #looking: WantLooking
  readonly #refused: RefusedWants

  constructor (board: WantBoard, options: Pick<ClientOptions, 'maxLooking'>, looking: WantLooking, refused: RefusedWants) {
    this.#board = board
    this.#options = options
    this.#looking = looking
    this.#refused = refused
  }

  /**
   * A session wants what was wanted before, be it by itself. May the want go on
   * for it? If not it stands, and the session waits with the others.
   */
  joined (want: Want, session: SessionState, now: number): boolean {
    switch (want.state) {
      case WantState.Looking:
        return hasPeer(want, [session])
      case WantState.Ready:
        return this.#joinedReady(want, session)
      case WantState.Waiting:
        return this.#joinedWaiting(want, session, now)
      default:
        return false
    }
  }

  /** The session that leaves has had peers, a dial or a search that the others may lack. Is the want to be looked at anew? */
  left (want: Want, session: SessionState): boolean {
    if (want.state === WantState.Ready) {
      return hasPeer(want, [session]) && !hasPeer(want, want.sessions)
    }

    return want.state === WantState.Looking && (session.dials > 0 || session.searches > 0)
  }

  #joinedReady (want: Want, session: SessionState): boolean {
    const [first] = want.sessions
    const awaits = first?.ready.awaited(want)

    // with another priority it stands in no queue
    if (awaits == null || (awaits === Awaits.Turn ? this.#hasTurn(want, session) : choosePeer(want, [session]).best != null)) {
      return true
    }

    this.#board.ready.queue(session, want, awaits)

    return false
  }

  /** Something better than a turn of the others. */
  #hasTurn (want: Want, session: SessionState): boolean {
    return hasPeer(want, [session]) || session.looking < session.maxLooking(this.#options.maxLooking)
  }

  #joinedWaiting (want: Want, session: SessionState, now: number): boolean {
    if (session.dials > 0 || hasPeer(want, [session]) || silentPeersOf(want, [session]).length > 0 || this.#looking.mayProbe(want, session, now)) {
      return true
    }

    this.#refused.tellAgain(want, [session], now)

    return false
  }
}
