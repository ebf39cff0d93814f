/**
 * What happens to peers, and to the wants they were asked for: they come,
 * leave, turn out to be of another protocol, fall silent. Part of
 * `want-planner.ts`, pure like it.
 */
import type { PeerId } from '@libp2p/interface'
import { UnavailableReason } from '../errors.ts'
import { ClientPeer } from './client-peer.ts'
import { DepartedPeers } from './departed-peers.ts'
import type { ClientOptions } from './options.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import { canCarry } from './peer-choice.ts'
import type { WantBoard } from './want-board.ts'
import type { WantMoves } from './want-moves.ts'
import type { Want } from './want.ts'

export class PeerChanges {
  readonly #board: WantBoard
  readonly #moves: WantMoves
  readonly #options: ClientOptions
  readonly #departed: DepartedPeers = new DepartedPeers()

  constructor (board: WantBoard, moves: WantMoves, options: ClientOptions) {
    this.#board = board
    this.#moves = moves
    this.#options = options
  }

  connected (id: PeerId, abilities: PeerAbilities, now: number): ClientPeer {
    const peer = new ClientPeer(id, { initial: this.#options.initialWindow, max: this.#options.maxWantsPerPeer }, this.#board.usual)

    peer.abilities = abilities
    peer.usefulness = this.#departed.take(peer.key)
    peer.number = this.#board.numbers.take(peer.key)
    this.#board.peers.set(peer.key, peer)
    this.#moves.looking.peersChanged()

    for (const session of this.#board.sessions) {
      if (session.expects(peer.key)) {
        this.#moves.join(session, peer)
      }
    }

    this.#offerUnresolved(peer, now)

    return peer
  }

  disconnected (key: string, now: number): void {
    const peer = this.#board.peers.get(key)

    if (peer == null) {
      return
    }

    const { peers, numbers, deadlines, wants, changed, openings } = this.#board
    const owed = peer.owed()

    peers.delete(key)
    // others who left before may be forgotten over it
    numbers.left(peer.number).forEach(number => { wants.forEach(want => { want.answers.forget(number) }) })
    this.#moves.looking.peersChanged()
    this.#departed.left(key, peer.usefulness, now)
    deadlines.delete(peer)
    this.#board.lateCancels.delete(peer)

    for (const session of [...peer.sessions]) {
      session.removePeer(peer)
      openings.stirred.add(session)
    }

    for (const entry of peer.wants.entries.values()) {
      wants.get(entry.key)?.holders.delete(peer)
    }

    for (const want of owed) {
      // and never will
      want.answers.set(peer, UnavailableReason.Silent)
      this.#moves.failedAt(want, peer, now)
    }

    changed.delete(peer)
    openings.freed.delete(peer)
    this.#moves.continue(now)
  }

  /** It speaks another protocol than was thought. What it cannot be told of is asked of others. */
  abilitiesChanged (peer: ClientPeer, abilities: PeerAbilities, now: number): void {
    const isWider = abilities.prefix && !peer.abilities.prefix

    peer.abilities = abilities

    for (const { key, cid } of [...peer.wants.entries.values()]) {
      const want = this.#board.wants.get(key)

      if (want != null && !canCarry(peer, cid)) {
        peer.wants.forget(key)
        want.holders.delete(peer)
        this.#moves.failedAt(want, peer, now)
      }
    }

    this.#board.openings.freed.add(peer)
    peer.sessions.forEach(session => this.#board.openings.stirred.add(session))

    if (isWider) {
      this.#offerUnresolved(peer, now)
    }

    this.#moves.continue(now)
  }

  /** A peer that owes us answers gives none, or cannot be reached: others are asked. What it still sends is welcome. */
  silent (peer: ClientPeer, now: number): void {
    const owed = peer.owed()

    peer.stall()

    for (const session of peer.sessions) {
      this.#board.openings.stirred.add(session)
    }

    this.#noAnswer(peer, owed, now)
    this.#moves.continue(now)
  }

  /**
   * It may have fallen silent, altogether or about some of what it was asked.
   * `heard` is when any byte last came from it. When we are `late`, what it said
   * may wait to be read: it has as long once more, and that once.
   */
  checkSilence (peer: ClientPeer, { heard, late }: { heard: number, late: boolean }, now: number): void {
    const { dontHaveTimeout } = this.#options
    const lastSign = Math.max(peer.lastAnswerAt, heard)

    if (peer.owes && late && lastSign > peer.excusedAt) {
      peer.excuse(now)
      this.#board.deadlines.set(peer, now + dontHaveTimeout)

      return
    }

    if (peer.owes && now - lastSign >= dontHaveTimeout) {
      this.silent(peer, now)

      return
    }

    this.#passOver(peer, now)

    if (peer.owes) {
      this.#board.deadlines.set(peer, lastSign + dontHaveTimeout)
    }
  }

  /** It answered. One that was silent may be asked again. */
  answered (peer: ClientPeer, askedAt: number | undefined, now: number): void {
    if (peer.stalled) {
      for (const session of peer.sessions) {
        this.#board.openings.gain(session, peer)
      }
    }

    peer.answered(now, askedAt)
  }

  /**
   * Whoever speaks, but not about this: it has other things to say, or sent a
   * block with other bytes, or will never answer. Only these wants go on to others.
   */
  #passOver (peer: ClientPeer, now: number): void {
    const { dontHaveTimeout, maxAnswerDelay } = this.#options
    const asked = overdue(peer.asked, now - maxAnswerDelay)
    const probed = overdue(peer.probed, now - dontHaveTimeout)

    if (asked.length > 0) {
      peer.window.shrink()
    }

    if (asked.length + probed.length > 0) {
      this.#noAnswer(peer, [...asked, ...probed], now)
      this.#board.openings.freed.add(peer)
    }
  }

  #noAnswer (peer: ClientPeer, wants: Iterable<Want>, now: number): void {
    for (const want of wants) {
      peer.wants.refused(want.key)
      want.answers.set(peer, UnavailableReason.Silent)
      this.#moves.failedAt(want, peer, now)
    }
  }

  #offerUnresolved (peer: ClientPeer, now: number): void {
    for (const want of [...this.#board.unresolved]) {
      this.#moves.offer(want, peer, now)
    }

    this.#moves.continue(now)
  }
}

/** Those that were asked for at `time` or before. Costs no more than there are of them. */
function overdue (asked: ReadonlyMap<Want, number>, time: number): Want[] {
  const wants: Want[] = []

  for (const [want, at] of asked) {
    if (at > time) {
      break
    }

    wants.push(want)
  }

  return wants
}
