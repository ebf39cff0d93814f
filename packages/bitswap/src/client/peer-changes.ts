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
import { canCarry, has } from './peer-choice.ts'
import { UnofferedWants } from './unoffered-wants.ts'
import type { WantBoard } from './want-board.ts'
import type { WantMoves } from './want-moves.ts'
import { WantState } from './want.ts'
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
    const peer = new ClientPeer(id, {
      window: { initial: this.#options.initialWindow, max: this.#options.maxWantsPerPeer },
      times: { min: this.#options.minAnswerTimeout, max: this.#options.dontHaveTimeout }
    }, this.#board.usual)

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

  /** Has somebody come meanwhile whom there was no room to ask for it? Then it waits no more, but is looked for until that one was asked. */
  lookAgain (want: Want, now: number): void {
    if (want.state === WantState.Waiting && this.#moves.looking.isCrowdedOut(want)) {
      this.#moves.assign(want, now)
      this.#moves.continue(now)
    }
  }

  disconnected (key: string, now: number): void {
    const peer = this.#board.peers.get(key)

    if (peer == null) {
      return
    }

    const { peers, numbers, deadlines, wants, changed, openings } = this.#board
    const owed = peer.owed()

    for (const want of owed) {
      this.#board.histories.note(want, peer.steps.answered.disconnected, now)
    }

    peers.delete(key)
    // those who left before may be forgotten over it, or it itself
    const forgotten = numbers.left(peer.number)
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

    forgotten.forEach(number => { wants.forEach(want => { want.answers.forget(number) }) })
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
      peer.sessions.forEach(session => { this.#board.openings.gain(session, peer) })
      this.#offerUnresolved(peer, now)
    }

    this.#moves.continue(now)
  }

  /** It cannot be reached: others are asked. What it still sends is welcome. */
  unreachable (peer: ClientPeer, now: number): void {
    peer.silentSince = -Infinity
    this.#stall(peer, now)
    this.#moves.continue(now)
  }

  /**
   * It may have fallen silent, altogether or about some of what it was asked.
   * `heard` is when bytes of something that is not complete last came from it.
   * When we are `late`, what it said may wait to be read: it has as long once
   * more, and that once.
   */
  checkSilence (peer: ClientPeer, { heard, late }: { heard: number, late: boolean }, now: number): void {
    const { times } = peer
    const lastSign = Math.max(times.answeredAt, heard)

    if (peer.owes && late && times.excuse(lastSign, now)) {
      peer.excuse(now)
      this.#board.deadlines.set(peer, now + times.timeout)

      return
    }

    if (peer.owes && now - lastSign >= times.timeout) {
      peer.silentSince = peer.stalled ? peer.silentSince : lastSign
      this.#breakWord(peer, peer.asked.keys())
      this.#silent(peer, now)
    } else {
      this.#passOver(peer, heard, now)
      this.#lookAgain(peer, heard, now)
    }

    this.#moves.continue(now)
  }

  /** It answered, what it `owed` or something else; with `ended`, for good. One that was silent may be asked again. */
  answered (peer: ClientPeer, { askedAt, owed, ended }: { askedAt: number | undefined, owed: boolean, ended?: Want | undefined }, now: number): void {
    if (peer.stalled) {
      for (const session of peer.sessions) {
        this.#board.openings.gain(session, peer)
      }
    }

    peer.answered(askedAt, owed, now)

    if (ended != null && peer.asked.has(ended)) {
      peer.times.endedOne(now)
    }

    this.#lookAgain(peer, -Infinity, now)
  }

  /**
   * It owes answers, and gives none. A peer whose protocol has no word for it says
   * in this way that it lacks what it was asked for: that is no reason to ask it
   * nothing else.
   */
  #silent (peer: ClientPeer, now: number): void {
    if (peer.abilities.have) {
      this.#stall(peer, now)
    } else {
      this.#owesNothing(peer, now)
      this.#board.openings.freed.add(peer)
    }
  }

  #stall (peer: ClientPeer, now: number): void {
    peer.stall()

    for (const session of peer.sessions) {
      this.#board.openings.stirred.add(session)
    }

    this.#owesNothing(peer, now)
  }

  /** All it owes is given up. It may have been told something meanwhile, and owes that from now on. */
  #owesNothing (peer: ClientPeer, now: number): void {
    this.#noAnswer(peer, peer.owed(), now)

    if (peer.owes) {
      peer.times.beganToOwe(now)
      peer.times.beganToOweBlocks(now)
      this.#board.deadlines.set(peer, now + peer.times.timeout)
    }
  }

  /** Whoever speaks, but not about this: it has other things to say, or sends other bytes, or will never answer. Only these wants go on to others. */
  #passOver (peer: ClientPeer, heard: number, now: number): void {
    const { times } = peer
    const lastSign = Math.max(times.blockAt, heard)
    const sendsNothing = peer.asked.size > 0 && now - lastSign >= times.timeout
    const asked = sendsNothing ? [...peer.asked.keys()] : peer.overtaken.since(now - times.timeout)
    const probed = overdue(peer.probed, now - this.#options.dontHaveTimeout)

    if (sendsNothing && peer.abilities.have) {
      peer.window.shrink()
    }

    if (asked.length + probed.length > 0) {
      peer.silentSince = lastSign
      this.#breakWord(peer, asked)
      this.#noAnswer(peer, [...asked, ...probed], now)
      this.#board.openings.freed.add(peer)
    }
  }

  /** What it said it has it was asked for in vain. */
  #breakWord (peer: ClientPeer, asked: Iterable<Want>): void {
    for (const want of asked) {
      if (has(peer, want)) {
        peer.brokeItsWord(want)
      }
    }
  }

  #noAnswer (peer: ClientPeer, wants: Iterable<Want>, now: number): void {
    for (const want of wants) {
      peer.wants.unanswered(want.key)
      this.#board.histories.heard(want, peer, UnavailableReason.Silent, now)
      this.#moves.failedAt(want, peer, now)
    }
  }

  /** When it would be silent if it said no more: no later than that it is looked at again. */
  #lookAgain (peer: ClientPeer, heard: number, now: number): void {
    const { deadlines } = this.#board
    const { times } = peer

    if (!peer.owes) {
      return
    }

    const lastSign = Math.max(heard, peer.asked.size > 0 ? Math.min(times.answeredAt, times.blockAt) : times.answeredAt)
    const due = Math.max(now, lastSign + times.timeout)

    if ((deadlines.get(peer) ?? Infinity) > due) {
      deadlines.set(peer, due)
    }
  }

  #offerUnresolved (peer: ClientPeer, now: number): void {
    for (const want of [...this.#board.unresolved]) {
      this.#moves.offer(want, peer, now)
    }

    if (!peer.wants.hasRoom) {
      peer.unoffered = new UnofferedWants(this.#board.unresolved)
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
