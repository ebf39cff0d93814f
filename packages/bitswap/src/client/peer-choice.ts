/** Which peer is asked, and in what order: the ranking of the wanting side. Pure functions. */
import type { CID } from 'multiformats/cid'
import type { ClientPeer } from './client-peer.ts'
import { canName } from './peer-abilities.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

/** Can this peer be asked for it at all? */
export function canCarry (peer: ClientPeer, cid: CID): boolean {
  return canName(peer.abilities, cid)
}

/**
 * Among the peers of these sessions, who is asked for it now: who said HAVE
 * first, then who missed least in a row, then whose block would be here soonest.
 * `any` tells whether there is one who might have it, even if busy.
 */
export function choosePeer (want: Want, sessions: Iterable<SessionState> = want.sessions): { best: ClientPeer | undefined, any: boolean } {
  let best: Candidate | undefined
  let any = false

  for (const session of sessions) {
    for (const peer of session.peers) {
      if (!canBeAsked(peer, want)) {
        continue
      }

      any = true

      if (!peer.hasRoom || !isWorthAsking(peer, want, session)) {
        continue
      }

      const candidate = { peer, has: has(peer, want), misses: session.missesOf(peer), delay: peer.delay }

      if (best == null || isBetter(candidate, best)) {
        best = candidate
      }
    }
  }

  return { best: best?.peer, any }
}

/** Is there one in these sessions that might have it, even if busy? Stops at the first. */
export function hasPeer (want: Want, sessions: Iterable<SessionState>): boolean {
  for (const session of sessions) {
    for (const peer of session.peers) {
      if (canBeAsked(peer, want)) {
        return true
      }
    }
  }

  return false
}

/** Is it a peer of a session that wants it? Looks at its sessions or at those of the want, whichever are fewer: of either there may be thousands. */
export function sharesSession (peer: ClientPeer, want: Want): boolean {
  const [some, others] = want.sessions.size < peer.sessions.size ? [want.sessions, peer.sessions] : [peer.sessions, want.sessions]

  for (const session of some) {
    if (others.has(session)) {
      return true
    }
  }

  return false
}

/** May it have it, for all we know, and tell us? */
export function canBeAsked (peer: ClientPeer, want: Want): boolean {
  return !peer.stalled && !want.isRefusedBy(peer) && canCarry(peer, want.cid)
}

/**
 * A peer that lacks most of what it is asked for is asked for no more than it
 * said it has, as long as there are others who have most: what it was asked for
 * in vain it may send later, while another does.
 */
export function isWorthAsking (peer: ClientPeer, want: Want, session: SessionState): boolean {
  if (!session.isDoubtful(peer) || has(peer, want)) {
    return true
  }

  for (const other of session.proven) {
    if (other !== peer && canBeAsked(other, want)) {
      return false
    }
  }

  return true
}

/** Did it say so? */
export function has (peer: ClientPeer, want: Want): boolean {
  return want.answers.get(peer) === 'have'
}

/** A peer, and what it is ranked by. */
export interface Candidate {
  peer: ClientPeer
  has: boolean
  /** In a row, in this session. */
  misses: number
  /** Milliseconds. */
  delay: number
}

/** Is it asked before the best so far? */
export function isBetter (candidate: Candidate, best: Candidate): boolean {
  if (candidate.has !== best.has) {
    return candidate.has
  }

  if (candidate.misses !== best.misses) {
    return candidate.misses < best.misses
  }

  return candidate.delay === best.delay ? candidate.peer.asked.size < best.peer.asked.size : candidate.delay < best.delay
}

/**
 * Who is asked WANT-HAVE along with the WANT-BLOCK: as many as the session's last
 * misses suggest. Nobody when the peer said that it has it: the others would
 * answer with the block itself if it is small, which is then one too many.
 */
export function companionsOf (want: Want, asked: ClientPeer): ClientPeer[] {
  const companions: ClientPeer[] = []

  if (has(asked, want)) {
    return companions
  }

  for (const session of want.sessions) {
    let left = session.companions

    for (const peer of session.peers) {
      if (left === 0) {
        break
      }

      if (peer !== asked && !peer.stalled && peer.abilities.have && !want.isAnsweredBy(peer) && !want.holders.has(peer) && peer.wants.hasRoom) {
        companions.push(peer)
        left--
      }
    }
  }

  return companions
}
