/**
 * Looking for a want that nobody is known to have: connected peers are asked
 * step by step whether they have it, and routing is asked. Part of
 * `want-moves.ts`, which carries out what is decided here. Pure.
 */
import { UnavailableReason } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientOptions } from './options.ts'
import { isCrowdedOut, PROBE_STEPS, probeOrder, silentPeersOf } from './probe-order.ts'
import { Awaits } from './ready-queue.ts'
import type { WantBoard } from './want-board.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

/** What follows: a peer to be asked for the block itself, or that nobody has it; nothing while something is under way. */
export type Outcome = ClientPeer | 'nobody' | undefined

export class WantLooking {
  readonly #board: WantBoard
  readonly #options: ClientOptions
  readonly #canSearch: boolean
  /** Routing is to be asked for these. */
  search: Want[] = []

  constructor (board: WantBoard, options: ClientOptions, canSearch: boolean) {
    this.#board = board
    this.#options = options
    this.#canSearch = canSearch
  }

  /** Begins, or begins anew; or lets it wait for its turn. */
  look (want: Want, now: number): Outcome {
    const sessions = [...want.sessions]

    if (want.isOpen && want.state !== WantState.Looking && !sessions.some(session => session.looking < this.#options.maxLooking)) {
      this.#board.queue(want, Awaits.Turn)

      return undefined
    }

    this.#board.enter(want, WantState.Looking)

    // whoever has one block of a session is likely to have the next: one search at a time, unless it found nothing
    if (want.isOpen && !sessions.some(session => session.searches > 0)) {
      this.#startSearch(want)
    }

    return this.step(want, now)
  }

  /** The next step of looking: more peers are asked, or all were and it is over for now. */
  step (want: Want, now: number): Outcome {
    for (const peer of silentPeersOf(want)) {
      this.probe(want, peer, now)
    }

    const candidates = want.isOpen ? probeOrder(want, this.#board.peers.values()) : []
    const [only] = candidates

    if (this.#board.peers.size === 1 && only?.hasRoom === true && this.#options.maxBroadcastPeers > 0) {
      // nobody else to ask: no need to ask first
      return only
    }

    const limit = this.#options.maxBroadcastPeers
    const step = PROBE_STEPS.find(size => size > want.probes) ?? limit
    const room = Math.min(step, limit) - want.probes
    const asked = candidates.slice(0, Math.max(0, room))

    for (const peer of asked) {
      want.probes++
      this.probe(want, peer, now)
    }

    if (want.probes < limit && (asked.length < candidates.length || isCrowdedOut(want, this.#peersFor(want)))) {
      this.#board.deadlines.set(want, now + this.#options.widenDelay)

      return undefined
    }

    return isUnderWay(want) || this.#startSearch(want) ? undefined : 'nobody'
  }

  /** As {@link step}, if all that was under way has ended. */
  stepIfDone (want: Want, now: number): Outcome {
    return want.state === WantState.Looking && want.probedAt.size === 0 && want.askedOf.size === 0 ? this.step(want, now) : undefined
  }

  /**
   * Asks a peer whether it has it. One that knows no WANT-HAVE is asked for the
   * block itself. Of those that fell silent and hold wants of ours no answer is
   * waited for: they are silent until they speak.
   */
  probe (want: Want, peer: ClientPeer, now: number): void {
    const wait = !peer.stalled || peer.wants.size === 0

    if (peer.abilities.have || !wait) {
      this.#board.probe(want, peer, now, wait)
    } else {
      this.#board.ask(want, peer, now)
    }

    if (!wait) {
      want.answers.set(peer.key, UnavailableReason.Silent)
    }
  }

  #peersFor (want: Want): Iterable<ClientPeer> {
    return want.isOpen ? this.#board.peers.values() : [...want.sessions].flatMap(session => [...session.peers])
  }

  /** Asks routing, unless it was asked in this round. */
  #startSearch (want: Want): boolean {
    const searcher = [...want.sessions].find(session => !want.closedIn.has(session))

    if (!this.#canSearch || want.search !== 'none' || searcher == null) {
      return false
    }

    want.startSearch(searcher)
    this.search.push(want)

    return true
  }
}

/** Is there somebody, or something, whose end will bring it on? */
function isUnderWay (want: Want): boolean {
  return want.probedAt.size > 0 || want.askedOf.size > 0 || want.search === 'running' || [...want.sessions].some(session => session.dials > 0)
}
