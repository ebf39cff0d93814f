/** Which peer is asked, and in what order: the ranking of the wanting side. Pure functions. */
import type { CID } from 'multiformats/cid'
import type { ClientPeer } from './client-peer.ts'
import type { Want } from './want.ts'

const DAG_PB = 0x70
const SHA2_256 = 0x12

/**
 * How many connected peers have been asked after each step of a look-up; the
 * step after the last takes all others. (ProbeLab RFM-16: asking 10, then 40
 * more, then the rest finds as much with 10 to 100 times fewer messages.)
 */
export const PROBE_STEPS: readonly number[] = Object.freeze([10, 50])

/** Can this peer be asked for it at all? One that knows no CID prefixes only for what a CIDv0 can name. */
export function canCarry (peer: ClientPeer, cid: CID): boolean {
  return peer.abilities.prefix || (cid.code === DAG_PB && cid.multihash.code === SHA2_256 && cid.multihash.size === 32)
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

      if (peer !== asked && !peer.stalled && peer.abilities.have && !want.answers.has(peer.key) && !want.holders.has(peer) && peer.wants.hasRoom) {
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
    if (!want.answers.has(peer.key) && !want.probedAt.has(peer) && !want.askedOf.has(peer) && peer.wants.hasRoom && canCarry(peer, want.cid)) {
      candidates.push(peer)
    }
  }

  return candidates.sort((a, b) => Number(a.stalled) - Number(b.stalled) || b.blocks - a.blocks)
}
