/**
 * Looking for a want that nobody is known to have: connected peers are asked
 * step by step whether they have it, and routing is asked (`want-routing.ts`).
 * Part of `want-moves.ts`, which carries out what is decided here. Pure.
 *
 * A step waits for the answers to the last, but not longer than those asked
 * take as a rule. The wide steps, in which many are asked of whom none is likely
 * to have it, wait for routing too, for a while.
 */
import { UnavailableReason } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientOptions } from './options.ts'
import { awaitSilent } from './await-silent.ts'
import { isCrowdedOut, PROBE_STEPS, ProbeOrder, silentPeersOf } from './probe-order.ts'
import { Awaits } from './ready-queue.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import { Waits } from './want-steps.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'
import { WantRouting } from './want-routing.ts'
import { WideSteps } from './wide-steps.ts'

/** What follows: a peer to be asked for the block itself, or that nobody has it; nothing while something is under way. */
export type Outcome = ClientPeer | 'nobody' | undefined

/** Once so many were asked, the next step is a wide one. */
const [, WIDE] = PROBE_STEPS as readonly [number, number]

/** So many times as long as a peer took lately it may take now. */
const PATIENCE = 1.5

/** How many times `widenDelay` those asked are waited for at the most. */
const MAX_DELAYS = 5

/** The same for a peer that never answered: its streams are still to be opened, which takes round trips too. */
const UNMEASURED_DELAYS = 2

export class WantLooking {
  readonly #board: WantBoard
  readonly #options: ClientOptions
  readonly #order: ProbeOrder
  readonly #wide: WideSteps = new WideSteps()
  readonly routing: WantRouting
  /** How often a peer was not asked, as `maxBroadcastPeers` had been for the same block. */
  skipped = 0

  constructor (board: WantBoard, options: ClientOptions, canSearch: boolean) {
    this.#board = board
    this.#options = options
    this.routing = new WantRouting(board, options, canSearch)
    this.#order = new ProbeOrder(board.peers)
  }

  /** Peers came or left. */
  peersChanged (): void {
    this.#order.peersChanged()
  }

  /** Begins, or begins anew; or lets it wait for its turn. */
  look (want: Want, now: number): Outcome {
    const sessions = [...want.sessions]

    if (want.isOpen && want.state !== WantState.Looking && !sessions.some(session => session.looking < session.maxLooking(this.#options.maxLooking))) {
      this.#board.queue(want, Awaits.Turn)
      this.#board.histories.note(want, Waits.Turn, now)

      return undefined
    }

    if (this.#options.maxBroadcastPeers === 0 && want.state !== WantState.Looking) {
      this.#skip(want)
    }

    this.#board.enter(want, WantState.Looking)
    this.routing.look(want, now)

    return this.step(want, now)
  }

  /** The next step of looking: more peers are asked, or all were and it is over for now. */
  step (want: Want, now: number): Outcome {
    for (const peer of silentPeersOf(want, want.sessions)) {
      this.probe(want, peer, now)
    }

    if (this.#isPutOff(want, now)) {
      return undefined
    }

    const { asked, hasMore } = this.#next(want, now)
    const [only] = asked

    if (this.#board.peers.size === 1 && only?.hasRoom === true && this.#options.maxBroadcastPeers > 0) {
      // nobody else to ask: no need to ask first
      return only
    }

    for (const peer of asked) {
      want.probes++
      this.probe(want, peer, now)
    }

    if (want.probes >= this.#options.maxBroadcastPeers && hasMore) {
      this.#skip(want)
    } else if (want.probes < this.#options.maxBroadcastPeers && (hasMore || this.isCrowdedOut(want))) {
      this.#board.deadlines.set(want, now + this.#delay(want))

      return undefined
    }

    return this.#end(want, now)
  }

  /** A peer has come: asked at once, unless a step is due that takes it in. */
  offer (want: Want, peer: ClientPeer, now: number): Outcome {
    const isDue = want.state === WantState.Looking && want.probedAt.size > 0 && this.#board.deadlines.get(want) != null

    if (isDue || !peer.wants.hasRoom) {
      return undefined
    }

    if (want.probes >= this.#options.maxBroadcastPeers) {
      this.skipped++

      return undefined
    }

    if (want.state === WantState.Waiting) {
      this.#board.enter(want, WantState.Looking)
    }

    if (this.#board.peers.size === 1) {
      return this.step(want, now)
    }

    want.probes++
    this.probe(want, peer, now)

    return this.stepIfDone(want, now) // of one that is silent no answer is waited for
  }

  /** Is there one that could be asked on behalf of a session, now or as soon as its wantlist has room? */
  mayProbe (want: Want, session: SessionState, now: number): boolean {
    if (!want.isOpen) {
      return isCrowdedOut(want, session.peers)
    }

    return want.probes < this.#options.maxBroadcastPeers && (this.#order.next(want, 1, now).asked.length > 0 || this.isCrowdedOut(want))
  }

  /** Is there one to be asked, as soon as its wantlist has room? */
  isCrowdedOut (want: Want): boolean {
    return isCrowdedOut(want, want.isOpen ? this.#board.peers.values() : [...want.sessions].flatMap(session => [...session.peers]))
  }

  /** As {@link step}, if all that was under way has ended. */
  stepIfDone (want: Want, now: number): Outcome {
    return want.state === WantState.Looking && want.probedAt.size === 0 && want.askedOf.size === 0 ? this.step(want, now) : undefined
  }

  /**
   * Who besides the peers of its sessions is asked whether they have it, along
   * with the peer that is asked for it and so many `companions`: when the last
   * blocks were missed, and the sessions know too few to ask, it may be anywhere.
   */
  strangers (want: Want, companions: number, now: number): ClientPeer[] {
    const wanted = companionsWanted(want)
    const room = Math.min(wanted - companions, this.#options.maxBroadcastPeers - want.probes)

    if (wanted === 1 || room <= 0 || [...want.askedOf].some(peer => want.answers.get(peer) === 'have')) {
      return []
    }

    const { asked } = this.#order.next(want, wanted + 1, now)
    const strangers = asked.filter(peer => !want.holders.has(peer) && peer.abilities.have && !peer.stalled).slice(0, room)

    want.probes += strangers.length

    return strangers
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
      this.#board.histories.heard(want, peer, UnavailableReason.Silent, now)
    }
  }

  /** Who is asked in the next step, and whether others are left then. */
  #next (want: Want, now: number): { asked: ClientPeer[], hasMore: boolean } {
    const limit = this.#options.maxBroadcastPeers
    const size = PROBE_STEPS.find(size => size > want.probes) ?? limit
    const room = Math.min(size, limit) - want.probes

    return want.isOpen && room > 0 ? this.#order.next(want, room, now) : { asked: [], hasMore: false }
  }

  /**
   * How long the next step waits for answers. A narrow one costs little: until
   * the fastest of those asked may have answered. A wide one: until the slowest
   * may have.
   */
  #delay (want: Want): number {
    const { widenDelay } = this.#options
    const delays = [...want.probedAt].map(({ latency }) => latency.value == null ? widenDelay * UNMEASURED_DELAYS : latency.value * PATIENCE)
    const delay = want.probes < WIDE ? Math.min(...delays) : Math.max(...delays)

    return delays.length === 0 ? widenDelay : Math.max(widenDelay, Math.min(delay, widenDelay * MAX_DELAYS))
  }

  /** All were asked. Routing is the last hope, if it is not being asked for a block of the same session. */
  #end (want: Want, now: number): Outcome {
    if (isUnderWay(want) || (want.search === 'none' && this.routing.hold(want, now))) {
      return undefined
    }

    const isLeft = want.search === 'running' || this.routing.start(want, now) || awaitSilent(this.#board, want, this.#options.dontHaveTimeout, now)

    return isLeft ? undefined : 'nobody'
  }

  /** Is the next step a wide one whose time has not come? */
  #isPutOff (want: Want, now: number): boolean {
    want.release()

    const mayAsk = want.isOpen && want.probes < this.#options.maxBroadcastPeers

    if (want.probes < WIDE || !mayAsk || this.#order.next(want, 1, now).asked.length === 0) {
      return false
    }

    if (!this.routing.hold(want, now) && !this.#wide.take(want)) {
      want.hold()
      this.#board.deadlines.set(want, now + this.#options.widenDelay)
    }

    return want.held
  }

  #skip (want: Want): void {
    this.skipped += want.isOpen ? this.#order.count(want) : 0
  }
}

/** How many may be asked along with the peer that is asked for it, by the sessions that want it of anybody. */
function companionsWanted (want: Want): number {
  let most = 0

  for (const session of want.sessions) {
    most = Math.max(most, want.closedIn.has(session) ? 0 : session.companions)
  }

  return most
}

/** Is there somebody, or something, whose end will bring it on? */
function isUnderWay (want: Want): boolean {
  return want.probedAt.size > 0 || want.askedOf.size > 0 || want.search === 'running' || [...want.sessions].some(session => session.dials > 0)
}
