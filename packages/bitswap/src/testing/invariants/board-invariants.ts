/**
 * What must hold on the board of the want planner whenever it is at rest: no
 * want is forgotten, and all books say the same. To be asked after every step
 * of a simulation: nothing is built unless something is wrong.
 *
 * Where two books keep the two sides of one relation, one side is gone through,
 * and both are counted; the other is gone through only when the counts differ.
 * Costs the wants with those who hold them, and the peers with what they owe.
 *
 * Not for: in between a fact and `takeEffects`, when the books are being moved.
 */
import type { ClientPeer } from '../../client/client-peer.ts'
import type { ClientOptions } from '../../client/options.ts'
import type { SessionState } from '../../client/session-state.ts'
import type { WantBoard } from '../../client/want-board.ts'
import { WantState } from '../../client/want.ts'
import { counterpartViolations } from './board-counterparts.ts'
import { peerName, sessionName, wantName } from './names.ts'
import { WantChecks } from './want-checks.ts'

/** Timers go off no more than this after they are due, in milliseconds: the step of the virtual clock. */
const CLOCK_STEP = 1 / 1024

export type BoardLimits = Pick<ClientOptions, 'maxLooking' | 'maxWants' | 'maxWantsPerPeer'>

/** What does not hold, as sentences. Empty when all is well. */
export function boardViolations (board: WantBoard, limits: BoardLimits, now: number): string[] {
  return new Checks(board, limits, now).run()
}

class Checks {
  readonly #violations: string[] = []
  readonly #board: WantBoard
  readonly #limits: BoardLimits
  readonly #now: number
  readonly #wants: WantChecks
  #deadlines = 0

  constructor (board: WantBoard, limits: BoardLimits, now: number) {
    this.#board = board
    this.#limits = limits
    this.#now = now
    this.#wants = new WantChecks(board, limits.maxLooking, this.#violations)
  }

  run (): string[] {
    const { wants, peers, sessions } = this.#board

    for (const [key, want] of wants) {
      this.#wants.check(want, key)
    }

    for (const [key, peer] of peers) {
      this.#peer(peer, key)
    }

    for (const session of sessions) {
      this.#session(session)
    }

    this.#rest()
    this.#counts()

    return this.#violations
  }

  #peer (peer: ClientPeer, key: string): void {
    const { maxWantsPerPeer } = this.#limits

    if (peer.key !== key) {
      this.#broken(`${peerName(peer.key)} is under the key of ${peerName(key)}`)
    }

    if (this.#board.numbers.keyOf(peer.number) !== key || !this.#board.numbers.isHere(peer.number)) {
      this.#broken(`${peerName(key)} has the number ${peer.number}, which is not its own`)
    }

    if (!this.#countDeadline(peer) && peer.owes) {
      this.#broken(`${peerName(key)} owes ${peer.asked.size + peer.probed.size} answers, and its silence will not be noticed`)
    }

    if (peer.wants.size > maxWantsPerPeer) {
      this.#broken(`${peerName(key)} is told of ${peer.wants.size} wants, over ${maxWantsPerPeer}`)
    }

    if (peer.window.wants < 1 || peer.window.wants > maxWantsPerPeer) {
      this.#broken(`${peerName(key)} has a window of ${peer.window.wants}, not of 1 to ${maxWantsPerPeer}`)
    }

    for (const session of peer.sessions) {
      if (!session.peers.has(peer)) {
        this.#broken(`${peerName(key)} is in ${sessionName(session)}, which does not know`)
      }
    }
  }

  #session (session: SessionState): void {
    let looking = 0
    let ready = 0

    this.#countDeadline(session)

    for (const want of session.wants) {
      looking += want.state === WantState.Looking ? 1 : 0
      ready += want.state === WantState.Ready ? 1 : 0
    }

    if (session.closed) {
      this.#broken(`${sessionName(session)} is closed, and still on the board`)
    }

    if (session.looking !== looking) {
      this.#broken(`${sessionName(session)} counts ${session.looking} wants that are looked for, there are ${looking}`)
    }

    if (session.ready.size !== ready) {
      this.#broken(`${sessionName(session)} has ${session.ready.size} wants in its queues, ${ready} are ready`)
    }

    for (const want of session.held) {
      if (want.state !== WantState.Looking || !want.held) {
        this.#broken(`${sessionName(session)} holds ${wantName(want)} for a search, which does not wait`)
      }
    }

    if (session.dials < 0 || session.searches < 0) {
      this.#broken(`${sessionName(session)} has ${session.dials} dials and ${session.searches} searches`)
    }

    for (const peer of session.peers) {
      if (!peer.sessions.has(session) || this.#board.peers.get(peer.key) !== peer) {
        this.#broken(`${sessionName(session)} has ${peerName(peer.key)}, which is not connected or does not know`)
      }
    }
  }

  /** Nothing that was found out waits to be acted on. */
  #rest (): void {
    const { peers, changed, openings, searchless, lateCancels, deadlines, wants } = this.#board
    const { freed, stirred, gained, roomToLook } = openings
    const next = deadlines.next()

    if (wants.size > this.#limits.maxWants) {
      this.#broken(`${wants.size} blocks are wanted, over ${this.#limits.maxWants}`)
    }

    if (changed.size > 0) {
      this.#broken(`${changed.size} peers with changed wantlists were not woken`)
    }

    if (openings.any) {
      this.#broken(`what became possible was not done, for ${freed.size} peers and ${stirred.size}, ${gained.size} and ${roomToLook.size} sessions`)
    }

    if (lateCancels.next == null && [...peers.values()].some(({ wants }) => wants.cancels.isWaiting)) {
      this.#broken('cancels wait for company, and for nothing else')
    }

    if (searchless.size > 0) {
      this.#broken(`${searchless.size} searches without a want were not cancelled`)
    }

    // what is due is looked at in the instant it is due in, after all else
    if (next != null && next <= this.#now - CLOCK_STEP) {
      this.#broken(`a deadline at ${next} has passed unseen, it is ${this.#now}`)
    }
  }

  /** Both sides of each relation count the same. */
  #counts (): void {
    const { peers, sessions, unresolved, deadlines } = this.#board
    const wants = this.#wants
    let [holders, asked, probed, wantedBy] = [0, 0, 0, 0]

    for (const peer of peers.values()) {
      holders += peer.wants.size
      asked += peer.asked.size
      probed += peer.probed.size
    }

    for (const session of sessions) {
      wantedBy += session.wants.size
    }

    const isEven = holders === wants.holders && asked === wants.asked && probed === wants.probed && wantedBy === wants.wantedBy

    if (!isEven || unresolved.size !== wants.unresolved || deadlines.size !== wants.deadlines + this.#deadlines) {
      this.#violations.push(...counterpartViolations(this.#board))
    }
  }

  #countDeadline (item: ClientPeer | SessionState): boolean {
    const has = this.#board.deadlines.has(item)
    this.#deadlines += has ? 1 : 0

    return has
  }

  #broken (what: string): void {
    this.#violations.push(what)
  }
}
