/**
 * What dials and provider searches bring to wants. Part of `want-planner.ts`,
 * pure like it; `provider-search.ts` does the searching.
 */
import type { PeerId } from '@libp2p/interface'
import { UnavailableReason } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import type { WantMoves } from './want-moves.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

export class FoundPeers {
  readonly #board: WantBoard
  readonly #moves: WantMoves

  constructor (board: WantBoard, moves: WantMoves) {
    this.#board = board
    this.#moves = moves
  }

  /** A peer that the user named for this session is connected: as good as a HAVE. */
  peerJoins (session: SessionState, peer: ClientPeer, now: number): void {
    if (session.closed) {
      return
    }

    session.named()
    this.#moves.join(session, peer)

    for (const want of [...session.wants]) {
      if (isUnresolved(want) && !want.isRefusedBy(peer)) {
        this.#moves.assign(want, now)
      }
    }

    this.#moves.continue(now)
  }

  /** A dial for this session began (1) or ended (-1): until it ends its wants are not given up. */
  dialsChanged (session: SessionState, change: 1 | -1, now: number): void {
    session.dials += change

    if (session.dials === 0 && !session.closed) {
      for (const want of [...session.wants]) {
        this.#moves.stepIfDone(want, now)
      }
    }

    this.#moves.continue(now)
  }

  /** Routing was asked for this want, and every provider it named was dialled. */
  searchEnded (want: Want, now: number): void {
    const searcher = want.endSearch()

    if (want.held) {
      this.#moves.step(want, now)
    } else {
      this.#moves.stepIfDone(want, now)
    }

    if (searcher != null) {
      this.#letGoOn(searcher, now)
    }

    this.#moves.continue(now)
  }

  /**
   * What waited for a search of this session goes on, until there is another that
   * the rest waits for likewise: a search costs what it lets go on, however much
   * waits.
   */
  #letGoOn (session: SessionState, now: number): void {
    for (const want of session.held) {
      if (this.#moves.looking.routing.isSearching(session, now)) {
        return
      }

      this.#moves.step(want, now)
    }
  }

  /** Routing named a peer for this want, and it is connected: as good as a HAVE. */
  providerFound (want: Want, provider: PeerId, now: number): void {
    const peer = this.#board.peers.get(provider.toString())

    if (want.named != null) {
      const before = want.named.unreachable.indexOf(provider.toString())

      if (before < 0) {
        want.named.count++
      } else { // it is reached by other addresses
        want.named.unreachable.splice(before, 1)
      }
    }

    this.#board.histories.note(want, { step: 'found-provider', provider }, now)

    // it may have left again
    if (peer != null && want.state !== WantState.Over) {
      this.#moves.joinOpen(want, peer)

      if (!peer.stalled && !want.isAnsweredBy(peer)) {
        want.answers.set(peer, 'have') // which it has not said: nobody is told
      }

      // one that waits for another peer may be had from this one now
      if (isUnresolved(want) || want.state === WantState.Ready) {
        this.#moves.assign(want, now)
      }
    }

    this.#moves.continue(now)
  }

  /** Is this peer connected, and has it said that it will not send the block? */
  isRefusedBy (want: Want, provider: PeerId): boolean {
    const peer = this.#board.peers.get(provider.toString())

    return peer != null && want.isRefusedBy(peer)
  }

  /** Routing named a peer for this want that cannot be reached. */
  providerUnreachable (want: Want, provider: PeerId, now: number): void {
    if (want.named?.unreachable.includes(provider.toString()) === true) {
      return
    }

    if (want.named != null) {
      want.named.count++
      want.named.unreachable.push(provider.toString())
    }

    this.#board.histories.note(want, { step: 'answered', peer: provider, answer: UnavailableReason.Unreachable }, now)
  }
}

/** Nobody is known to have it. */
function isUnresolved (want: Want): boolean {
  return want.state === WantState.Looking || want.state === WantState.Waiting
}
