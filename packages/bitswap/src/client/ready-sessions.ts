/**
 * Which sessions have wants in their queues that wait for a peer: a peer may be
 * of thousands of sessions, and is looked at anew with each of its answers. Pure.
 *
 * Limits: no more than there are sessions. One whose queue has emptied is
 * dropped when it is met.
 */
import type { ClientPeer } from './client-peer.ts'
import { canBeAsked, isWorthAsking } from './peer-choice.ts'
import { Awaits } from './ready-queue.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

/** How many wants that a busy peer cannot help with are looked past to find one it can: it is back soon. */
const MAX_SKIPS = 32

export class ReadySessions {
  readonly #sessions: Set<SessionState> = new Set()

  get size (): number {
    return this.#sessions.size
  }

  /** A want is in the queue of this session from now on. */
  queue (session: SessionState, want: Want, awaits: Awaits): void {
    session.ready.push(want, awaits)

    if (awaits === Awaits.Peer) {
      this.#sessions.add(session)
    }
  }

  /** The session is closed. */
  forget (session: SessionState): void {
    this.#sessions.delete(session)
  }

  /** Takes out what this peer is to be asked for now, and has it asked, one by one. An idle one is not coming back: it is given all there is for it. */
  fill (peer: ClientPeer, ask: (want: Want) => void): void {
    const ofPeer = peer.sessions
    const [some, others] = this.#sessions.size < ofPeer.size ? [this.#sessions, ofPeer] : [ofPeer, this.#sessions]

    for (const session of some) {
      if (!peer.hasRoom) {
        return
      }

      if (others.has(session)) {
        this.#fillFrom(session, peer, ask)
      }
    }
  }

  #fillFrom (session: SessionState, peer: ClientPeer, ask: (want: Want) => void): void {
    while (peer.hasRoom) {
      const maxSkips = peer.asked.size === 0 ? Infinity : MAX_SKIPS
      const want = session.ready.takeFor(want => canBeAsked(peer, want) && isWorthAsking(peer, want, session), maxSkips)

      if (want == null) {
        break
      }

      ask(want)
    }

    if (!session.ready.waitsForPeer) {
      this.#sessions.delete(session)
    }
  }
}
