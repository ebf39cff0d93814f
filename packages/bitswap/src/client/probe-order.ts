/** Who is asked whether they have a block that nobody is known to have, and in what order. Pure functions. */
import type { ClientPeer } from './client-peer.ts'
import { canCarry } from './peer-choice.ts'
import type { Want } from './want.ts'

/**
 * How many connected peers have been asked after each step of a look-up; the
 * step after the last takes all others. (ProbeLab RFM-16: asking 10, then 40
 * more, then the rest finds as much with 10 to 100 times fewer messages.)
 */
export const PROBE_STEPS: readonly number[] = Object.freeze([10, 50])

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
