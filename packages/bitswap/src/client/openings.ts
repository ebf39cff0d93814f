/**
 * What the last fact made possible elsewhere, until `want-moves.ts` has seen to
 * it: nothing of it is left when the planner has been told something. Pure.
 */
import type { ClientPeer } from './client-peer.ts'
import type { SessionState } from './session-state.ts'

export class Openings {
  /** Peers that can be asked for more than before. */
  readonly freed: Set<ClientPeer> = new Set()
  /** Sessions that lost a peer which their ready wants may have been waiting for. */
  readonly stirred: Set<SessionState> = new Set()
  /** Peers that sessions gained, and that may have what nobody was known to have. */
  readonly gained: Map<SessionState, Set<ClientPeer>> = new Map()
  /** Sessions that look for fewer wants than before. */
  readonly roomToLook: Set<SessionState> = new Set()

  get any (): boolean {
    return this.freed.size > 0 || this.stirred.size > 0 || this.gained.size > 0 || this.roomToLook.size > 0
  }

  /** The session may ask this peer from now on, or again. */
  gain (session: SessionState, peer: ClientPeer): void {
    const peers = this.gained.get(session) ?? new Set<ClientPeer>()

    this.gained.set(session, peers.add(peer))
    this.freed.add(peer)
    // of one that knew nobody only a few were looked for
    this.roomToLook.add(session)
  }

  /** The session is closed. */
  forget (session: SessionState): void {
    this.stirred.delete(session)
    this.gained.delete(session)
    this.roomToLook.delete(session)
  }
}
