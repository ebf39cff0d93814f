/**
 * What must hold on the board of the want planner whenever it is at rest: no
 * want is forgotten, and all books say the same. For scenarios with random
 * faults, to be asked after every step of the clock; costs the size of the
 * board times the peers of its sessions.
 *
 * Not for: in between a fact and `takeEffects`, when the books are being moved.
 */
import { canCarry } from '../src/client/peer-choice.ts'
import type { ClientPeer } from '../src/client/client-peer.ts'
import type { ClientOptions } from '../src/client/options.ts'
import { Awaits } from '../src/client/ready-queue.ts'
import type { SessionState } from '../src/client/session-state.ts'
import type { WantBoard } from '../src/client/want-board.ts'
import { Want, WantState } from '../src/client/want.ts'

type Limits = Pick<ClientOptions, 'maxLooking' | 'maxBroadcastPeers'>

/** What does not hold, as sentences. Empty when all is well. */
export function boardViolations (board: WantBoard, limits: Limits, now: number): string[] {
  const checks = new Checks(board, limits, now)

  board.wants.forEach((want, key) => { checks.want(want, key) })
  board.peers.forEach((peer, key) => { checks.peer(peer, key) })
  board.sessions.forEach(session => { checks.session(session) })
  checks.rest()

  return checks.violations
}

/** How a board looks on which nothing is wanted any more. */
export function leftovers (board: WantBoard): string[] {
  const left: string[] = []
  const none = (what: string, size: number): void => {
    if (size > 0) {
      left.push(`${size} ${what}`)
    }
  }

  none('wants', board.wants.size)
  none('unresolved wants', board.unresolved.size)

  for (const peer of board.peers.values()) {
    none('asked', peer.asked.size)
    none('probed', peer.probed.size)
    none('wants at a peer', peer.wants.size)
  }

  for (const session of board.sessions) {
    none('wants of a session', session.wants.size)
    none('looking', session.looking)
    none('dials', session.dials)
    none('searches', session.searches)
  }

  return left
}

class Checks {
  readonly violations: string[] = []
  readonly #board: WantBoard
  readonly #limits: Limits
  readonly #now: number

  constructor (board: WantBoard, limits: Limits, now: number) {
    this.#board = board
    this.#limits = limits
    this.#now = now
  }

  want (want: Want, key: string): void {
    const name = `want ${want.cid} (${want.state})`
    const isUnresolved = want.state === WantState.Looking || want.state === WantState.Waiting

    this.#holds(want.key === key, `${name} is under its own key`)
    this.#holds(want.state !== WantState.Over, `${name} is not over`)
    this.#holds(want.sessions.size > 0 || want.state === WantState.Arriving, `${name} is wanted by a session`)
    this.#holds(this.#board.unresolved.has(want) === isUnresolved, `${name} is among the unresolved exactly if it is one`)
    this.#holds(isUnresolved || this.#board.deadlines.get(want) == null, `${name} has a deadline only when unresolved`)
    this.#wantAndPeers(want, name)

    for (const session of want.sessions) {
      this.#holds(this.#board.sessions.has(session), `${name}: session ${session.id} is on the board`)
      this.#holds(session.wants.has(want), `${name}: session ${session.id} knows that it wants it`)
    }

    this.#progress(want, name)
  }

  peer (peer: ClientPeer, key: string): void {
    const name = `peer ${peer.key.slice(-6)}`

    this.#holds(peer.key === key, `${name} is under its own key`)
    this.#holds(!peer.owes || this.#board.deadlines.get(peer) != null, `${name} owes answers, and its silence will be noticed`)

    for (const want of peer.owed()) {
      this.#holds(this.#board.wants.get(want.key) === want, `${name} owes an answer only for what is wanted`)
      this.#holds(peer.wants.has(want.key), `${name} has what it owes an answer for in its wantlist`)
    }

    for (const want of peer.asked.keys()) {
      this.#holds(want.askedOf.has(peer), `${name} is known by the want it was asked for`)
    }

    for (const entry of peer.wants) {
      this.#holds(this.#board.wants.get(entry.key)?.holders.has(peer) === true, `${name} is a holder of ${entry.cid}, which is in its wantlist`)
    }

    for (const session of peer.sessions) {
      this.#holds(session.peers.has(peer), `${name} is in session ${session.id}`)
    }
  }

  session (session: SessionState): void {
    const name = `session ${session.id}`
    const looking = [...session.wants].filter(want => want.state === WantState.Looking).length

    this.#holds(!session.closed, `${name} is open`)
    this.#holds(session.looking === looking, `${name} counts ${session.looking} wants that look, there are ${looking}`)
    this.#holds(session.dials >= 0 && session.searches >= 0, `${name} has no fewer than no dials and searches`)

    for (const want of session.wants) {
      this.#holds(want.sessions.has(session), `${name} is known by its want ${want.cid}`)
      this.#holds(this.#board.wants.get(want.key) === want, `${name} wants ${want.cid} that is on the board`)
    }

    for (const peer of session.peers) {
      this.#holds(peer.sessions.has(session) && this.#board.peers.get(peer.key) === peer, `${name} has only peers that are connected`)
    }
  }

  /** Nothing that was found out waits to be acted on. */
  rest (): void {
    const { changed, freed, stirred, gained, roomToLook, searchless, deadlines, unresolved, wants } = this.#board
    const next = deadlines.next()

    this.#holds(changed.size === 0, 'all peers with changed wantlists were woken')
    this.#holds(freed.size === 0 && stirred.size === 0 && gained.size === 0 && gained.size === 0 && roomToLook.size === 0, 'all that became possible was done')
    this.#holds(searchless.size === 0, 'all searches without a want were cancelled')
    this.#holds(next == null || next >= this.#now, `no deadline has passed unseen (${next} of ${this.#now})`)

    for (const want of unresolved) {
      this.#holds(wants.get(want.key) === want, `the unresolved ${want.cid} is on the board`)
    }
  }

  #wantAndPeers (want: Want, name: string): void {
    for (const peer of want.askedOf) {
      this.#holds(peer.asked.has(want), `${name}: who was asked knows it`)
    }

    for (const peer of want.probedAt) {
      this.#holds(peer.probed.has(want), `${name}: who was probed knows it`)
    }

    for (const peer of [...want.askedOf, ...want.probedAt, ...want.holders]) {
      this.#holds(this.#board.peers.get(peer.key) === peer, `${name}: its peers are connected`)
      this.#holds(want.holders.has(peer) && peer.wants.has(want.key), `${name}: holders are those in whose wantlists it is`)
    }
  }

  /** Something is under way that ends the state the want is in. */
  #progress (want: Want, name: string): void {
    const { deadlines } = this.#board
    const sessions = [...want.sessions]

    switch (want.state) {
      case WantState.Asked:
        this.#holds(want.askedOf.size > 0, `${name} is asked of somebody`)
        break
      case WantState.Looking:
        this.#holds(
          deadlines.get(want) != null || want.probedAt.size > 0 || want.askedOf.size > 0 || want.search === 'running' || sessions.some(session => session.dials > 0),
          `${name} has something under way`
        )
        break
      case WantState.Waiting:
        this.#holds(deadlines.get(want) != null, `${name} has a deadline`)
        break
      case WantState.Ready:
        this.#readyForAReason(want, name)
        break
      case WantState.Arriving:
        this.#holds(want.holders.size === 0, `${name} is asked of nobody`)
        break
      case WantState.Over:
    }
  }

  #readyForAReason (want: Want, name: string): void {
    const sessions = [...want.sessions]
    const candidates = sessions.flatMap(session => [...session.peers].filter(peer => !peer.stalled && !want.isRefusedBy(peer) && canCarry(peer, want.cid)))
    const awaits = candidates.length === 0 ? Awaits.Turn : Awaits.Peer

    this.#holds(sessions.every(session => session.ready.awaited(want) === awaits), `${name} is in the queues of its sessions, for the right reason`)

    if (candidates.length === 0) {
      this.#holds(want.isOpen, `${name} may be looked for`)
      this.#holds(sessions.every(session => session.looking >= this.#limits.maxLooking), `${name} waits for one of the wants that are looked for`)
    } else {
      this.#holds(candidates.every(peer => !peer.hasRoom || peer.asked.size > 0), `${name} does not wait for a peer that is idle`)
    }
  }

  #holds (condition: boolean, what: string): void {
    if (!condition) {
      this.violations.push(`does not hold: ${what}`)
    }
  }
}
