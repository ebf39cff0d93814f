/**
 * What becomes of a want at peers that refused it. A peer that was asked for a
 * block and lacked it goes on holding the want, and sends the block when it gets
 * it: welcome while nobody else has it, and wasted when another sends it. Part of
 * `want-moves.ts`. Pure.
 */
import { WantType } from '../message/message.ts'
import type { ClientPeer } from './client-peer.ts'
import { canCarry } from './peer-choice.ts'
import type { SessionState } from './session-state.ts'
import type { WantBoard } from './want-board.ts'
import type { Want } from './want.ts'
import { EntryState } from './wantlist-entry.ts'

export class RefusedWants {
  readonly #board: WantBoard

  constructor (board: WantBoard) {
    this.#board = board
  }

  /** It is asked of this peer now: those who lacked the block need not send it later. */
  takeBack (want: Want, peer: ClientPeer): void {
    for (const holder of want.holders) {
      const entry = holder.wants.entries.get(want.key)

      if (holder !== peer && entry?.state === EntryState.Refused && entry.wantType === WantType.Block) {
        this.#board.takeBack(want, holder)
      }
    }
  }

  /** Nobody has it: those of these sessions it was taken back from are told again, and say so when they have it. */
  tellAgain (want: Want, sessions: Iterable<SessionState>, now: number): void {
    for (const session of sessions) {
      for (const peer of session.peers) {
        if (want.isRefusedBy(peer) && !peer.stalled && !want.holders.has(peer) && peer.wants.hasRoom && canCarry(peer, want.cid)) {
          this.#board.probe(want, peer, now, false)
        }
      }
    }
  }
}
