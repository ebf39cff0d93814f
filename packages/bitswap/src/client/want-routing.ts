/**
 * When routing is asked for a want, and how long the wide steps of looking wait
 * for what it brings. Part of `want-looking.ts`, pure like it.
 *
 * Whoever has one block of a session is likely to have the next: one search at a
 * time for each session, unless it brings nobody in `searchHeadStart`.
 */
import type { ClientOptions } from './options.ts'
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

    if (want.isOpen && !this.#isSearchedInTime(want, now)) {
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
    want.held = this.#isSearchedInTime(want, now) || this.start(want, now)

    if (want.held) {
      this.#board.deadlines.set(want, want.searchedAt + this.#options.searchHeadStart)
    }

    return want.held
  }

  /** Is routing being asked for it, or for another block of its sessions, and not for too long? */
  #isSearchedInTime (want: Want, now: number): boolean {
    const since = now - this.#options.searchHeadStart

    return want.searchedAt > since && (want.search === 'running' || [...want.sessions].some(session => session.searches > 0 && session.searchedAt > since))
  }
}
