/** Which peer is asked, and in what order: the ranking of the wanting side. Pure functions. */
import type { CID } from 'multiformats/cid'
import type { ClientPeer } from './client-peer.ts'
import { canName } from './peer-abilities.ts'
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
 * Among the peers of the sessions that want it: who said HAVE first, then the
 * least loaded. `any` tells whether there is one who might have it, even if
 * busy.
 */
export function choosePeer (want: Want): { best: ClientPeer | undefined, any: boolean } {
  let best: ClientPeer | undefined
  let bestHas = false
  let any = false

  for (const session of want.sessions) {
    for (const peer of session.peers) {
      if (peer.stalled || want.isRefusedBy(peer) || !canCarry(peer, want.cid)) {
        continue
      }

      any = true

      if (!peer.hasRoom) {
        continue
      }

      const has = want.answers.get(peer.key) === 'have'

      if (best == null || (has && !bestHas) || (has === bestHas && peer.load < best.load)) {
        best = peer
        bestHas = has
      }
    }
  }

  return { best, any }
}

/**
 * Who is asked WANT-HAVE along with the WANT-BLOCK: as many as the session's last
 * misses suggest. Nobody when the peer said that it has it: the others would
 * answer with the block itself if it is small, which is then one too many.
 */
export function companionsOf (want: Want, asked: ClientPeer): ClientPeer[] {
  const companions: ClientPeer[] = []

  if (want.answers.get(asked.key) === 'have') {
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
