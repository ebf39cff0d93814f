/**
 * An idle peer takes over what slower ones were asked for and would be long in
 * sending: near the end of a batch all finish together, and whoever falls behind
 * holds up nobody. Part of `want-moves.ts`. Pure.
 *
 * A want is taken back from one peer and asked of another in one go. Those at
 * the end of the line go first, which the slow peer has not started to send: what
 * would come before the cancel could reach it is left. A block comes twice where
 * that is misjudged: a peer was slower than it had been and sends it after all.
 *
 * Nothing is taken over while our own link is full: all peers share it, what comes
 * through it is sent already, and from nobody would more come.
 *
 * Costs, for each block that comes while nothing waits to be asked for, a look at
 * the peers of its sessions; for each want that is taken over, those of the slow peer.
 */
import type { ClientPeer } from './client-peer.ts'
import { canBeAsked, has } from './peer-choice.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import type { Surroundings } from './surroundings.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

/** Blocks that a peer may be further with than is thought: one is on its way, one is being written. */
const SENT_MEANWHILE = 2

/** What it sends in so many milliseconds may be in a message that is being written, which no cancel reaches. */
const WRITTEN_AHEAD = 150

/** What takes so many times as long is asked for though it may be on its way already: it may come twice. */
const STRAGGLING = 4

/** How often one want may be taken over: where all are slow it would go round. */
const MAX_TAKE_OVERS = 3

/** So many wants show whether more comes when one more peer sends. */
const TO_SHOW = 2

/** How long until it is looked again whether somebody has fallen behind, in milliseconds. */
const CHECK_INTERVAL = 100

export class WantBalance {
  readonly #board: WantBoard
  readonly #network: Surroundings['network']

  constructor (board: WantBoard, network: Surroundings['network']) {
    this.#board = board
    this.#network = network
  }

  /** Asks a peer with room for what slower ones were asked for, and tells those. */
  relieve (peer: ClientPeer, now: number): void {
    for (let want = this.#take(peer, now); want != null; want = this.#take(peer, now)) {
      this.#board.ask(want, peer, now)
    }
  }

  /** This was asked of it: others may be idle now, and nothing else may happen while it falls behind. */
  watch (want: Want, peer: ClientPeer, now: number): void {
    for (const session of want.sessions) {
      if (session.peers.size > 1) {
        this.#lookAgain(session, peer.speed.overdueAt(now), now)
      }
    }
  }

  /** The next want it can take over, taken back from the other; undefined when there is none. */
  #take (peer: ClientPeer, now: number): Want | undefined {
    if (!peer.hasRoom || isOverdue(peer, now)) {
      return undefined
    }

    for (const session of peer.sessions) {
      const slowest = this.#slowest(session, peer, now)

      if (slowest == null) {
        continue
      }

      const isVain = this.#isVain(peer, now)
      const want = isVain ? undefined : lastToGain(session, slowest, peer, now)

      if (want != null) {
        this.#board.takeBack(want, slowest)
        want.takeOvers++

        return want
      }

      this.#lookAgain(session, isVain ? now : slowest.speed.overdueAt(now), now)
    }

    return undefined
  }

  /** Then at the latest, but not at once. */
  #lookAgain (session: SessionState, at: number, now: number): void {
    const { deadlines } = this.#board
    const next = Math.max(at, now + CHECK_INTERVAL)

    if (next < (deadlines.get(session) ?? Infinity)) {
      deadlines.set(session, next)
    }
  }

  /** Could it send no sooner what others send, since our own link is full? One that has sent nothing has a little to show it. */
  #isVain (peer: ClientPeer, now: number): boolean {
    let rate = peer.speed.lastRate

    if (peer.asked.size > 0) {
      peer.heard(this.#network.bytesFrom(peer.peer), now)
      rate = peer.speed.rateAt(now)
    }

    return (rate > 0 || peer.asked.size >= TO_SHOW) && this.#network.isFullWithout(rate)
  }

  /** Who, but this one, will be longest in sending what it was asked for. */
  #slowest (session: SessionState, peer: ClientPeer, now: number): ClientPeer | undefined {
    let slowest: ClientPeer | undefined
    let longest = -1

    for (const other of session.peers) {
      if (other.asked.size > 0 && other !== peer && !other.stalled) {
        other.heard(this.#network.bytesFrom(other.peer), now)
        const time = other.speed.timeLeft(other.asked.size, now)

        if (time > longest) {
          [slowest, longest] = [other, time]
        }
      }
    }

    return slowest
  }
}

/** The last want of the slow one that would be here sooner from the other, and that a cancel reaches in time. */
function lastToGain (session: SessionState, slow: ClientPeer, fast: ClientPeer, now: number): Want | undefined {
  const soonest = Math.max(fast.delay, slow.speed.roundTrip ?? 0) + WRITTEN_AHEAD
  // one that sends nothing is sending none of them
  const sent = isOverdue(slow, now) ? 0 : SENT_MEANWHILE
  const isTooSoon = (place: number): boolean => slow.speed.timeLeft(place - sent, now) <= soonest && slow.speed.timeLeft(place, now) <= soonest * STRAGGLING

  if (isTooSoon(slow.asked.size)) {
    return undefined
  }

  const wants = [...slow.asked.keys()]

  for (let place = wants.length; place > 0 && !isTooSoon(place); place--) {
    const want = wants[place - 1] as Want

    if (want.state === WantState.Asked && session.wants.has(want) && mayHave(session, fast, want)) {
      return want
    }
  }

  return undefined
}

/** Does it send nothing for longer than it should? */
function isOverdue (peer: ClientPeer, now: number): boolean {
  return peer.asked.size > 0 && now > peer.speed.overdueAt(now)
}

/** It said so, or has most of what it is asked for. */
function mayHave (session: SessionState, peer: ClientPeer, want: Want): boolean {
  return want.takeOvers < MAX_TAKE_OVERS && !want.askedOf.has(peer) && canBeAsked(peer, want) && (has(peer, want) || session.isProven(peer))
}
