/** Which peer is asked, and in what order: the ranking of the wanting side. Pure functions. */
import type { CID } from 'multiformats/cid'
import type { ClientPeer } from './client-peer.ts'
import { canName } from './peer-abilities.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

/**
 * How many connected peers have been asked after each step of a look-up; the
 * step after the last takes all others. (ProbeLab RFM-16: asking 10, then 40
 * more, then the rest finds as much with 10 to 100 times fewer messages.)
 */
export const PROBE_STEPS: readonly number[] = Object.freeze([10, 50])

/** Can this peer be asked for it at all? */
export function canCarry (peer: ClientPeer, cid: CID): boolean {
  return canName(peer.abilities, cid)
}

/**
 * Among the peers of the sessions that want it, who is asked now: who said HAVE
 * first, then who missed least in a row, then whose block would be here soonest.
 * `any` tells whether there is one who might have it, even if busy.
 */
export function choosePeer (want: Want): { best: ClientPeer | undefined, any: boolean } {
  let best: Candidate | undefined
  let any = false

  for (const session of want.sessions) {
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
  return want.answers.get(peer.key) === 'have'
}

interface Candidate {
  peer: ClientPeer
  has: boolean
  /** In a row, in this session. */
  misses: number
  /** Milliseconds. */
  delay: number
}

function isBetter (candidate: Candidate, best: Candidate): boolean {
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

/** Who can still be asked whether they have it: those who delivered most first, the silent last. */
export function probeOrder (want: Want, peers: Iterable<ClientPeer>): ClientPeer[] {
  const candidates: ClientPeer[] = []

  for (const peer of peers) {
    if (!want.isAnsweredBy(peer) && !want.probedAt.has(peer) && !want.askedOf.has(peer) && canTake(peer, want)) {
      candidates.push(peer)
    }
  }

  return candidates.sort((a, b) => Number(a.stalled) - Number(b.stalled) || b.blocks - a.blocks)
}

/** Is there room for it in the peer's wantlist, if it is not there already? */
function canTake (peer: ClientPeer, want: Want): boolean {
  return canCarry(peer, want.cid) && (peer.wants.hasRoom || want.holders.has(peer))
}

/** Peers of its sessions that fell silent, and were not asked for it in this round: their answer would bring them back. */
export function silentPeersOf (want: Want): ClientPeer[] {
  const silent = new Set<ClientPeer>()

  for (const session of want.sessions) {
    for (const peer of session.peers) {
      if (peer.stalled && !want.isAnsweredBy(peer) && !want.probedAt.has(peer) && canTake(peer, want)) {
        silent.add(peer)
      }
    }
  }

  return [...silent]
}

/** Is there one that could be asked if its wantlist had room? It will have, when it answers what it owes or falls silent. */
export function isCrowdedOut (want: Want, peers: Iterable<ClientPeer>): boolean {
  for (const peer of peers) {
    if (peer.owes && !want.isAnsweredBy(peer) && canCarry(peer, want.cid) && !canTake(peer, want)) {
      return true
    }
  }

  return false
}
