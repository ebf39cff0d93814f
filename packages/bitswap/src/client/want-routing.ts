/**
 * When routing is asked for a want, and how long the wide steps of looking wait
 * for what it brings. Part of `want-looking.ts`, pure like it.
 *
 * Whoever has one block of a session is likely to have the next: one search at a
 * time for each session, unless it brings nobody in `searchHeadStart`.
 */
import type { ClientOptions } from './options.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import type { Want } from './want.ts'

export class WantRouting {
  readonly #board: WantBoard
  readonly #options: ClientOptions
  readonly #canSearch: boolean
  #due: Want[] = []

  constructor (board: WantBoard, options: ClientOptions, canSearch: boolean) {
    this.#board = board
    this.#options = options
    this.#canSearch = canSearch
  }

  get hasDue (): boolean {
    return this.#due.length > 0
  }

  /** Wants that routing is to be asked for now. */
  takeDue (): Want[] {
    const due = this.#due
    this.#due = []

    return due
  }

  /** A want is looked for from now on: routing is asked, unless it is being asked for another block of its sessions. */
  look (want: Want, now: number): void {
    want.searchedAt = now

    if (want.isOpen && !this.#isItselfSearched(want, now) && this.#sessionSearching(want, now) == null) {
      this.start(want, now)
    }
  }

  /** Asks routing, unless it was asked in this round. */
  start (want: Want, now: number): boolean {
    const searcher = [...want.sessions].find(session => !want.closedIn.has(session))

    if (!this.#canSearch || want.search !== 'none' || searcher == null) {
      return false
    }

    want.startSearch(searcher, now)
    this.#due.push(want)
    this.#board.histories.note(want, { step: 'find-providers' }, now)

    return true
  }

  /** Holds the next step if routing is being asked since lately, or is to be asked now. */
  hold (want: Want, now: number): boolean {
    const isItself = this.#isItselfSearched(want, now)
    const session = isItself ? undefined : this.#sessionSearching(want, now)

    if (!isItself && session == null && !this.start(want, now)) {
      return false
    }

    want.hold(session)
    this.#board.deadlines.set(want, want.searchedAt + this.#options.searchHeadStart)

    return true
  }

  /** Is routing being asked for a block of this session, and not for too long? */
  isSearching (session: SessionState, now: number): boolean {
    return session.searches > 0 && this.#isInTime(session.searchedAt, now)
  }

  #isItselfSearched (want: Want, now: number): boolean {
    return want.search === 'running' && this.#isInTime(want.searchedAt, now)
  }

  /** One that wants it, and for another block of which routing is being asked; undefined also when it has counted on that for too long. */
  #sessionSearching (want: Want, now: number): SessionState | undefined {
    return this.#isInTime(want.searchedAt, now) ? [...want.sessions].find(session => this.isSearching(session, now)) : undefined
  }

  #isInTime (since: number, now: number): boolean {
    return since > now - this.#options.searchHeadStart
  }
}
