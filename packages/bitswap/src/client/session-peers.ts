/** The peers of a session as its user sees them, in the order in which they are asked. */
import type { SessionPeer } from '../api.ts'
import type { ClientPeer } from './client-peer.ts'
import { isBetter } from './peer-choice.ts'
import type { Candidate } from './peer-choice.ts'
import type { SessionState } from './session-state.ts'

export function sessionPeers (session: SessionState): SessionPeer[] {
  const ranked = [...session.peers].map(peer => ({ peer, has: false, misses: session.missesOf(peer), delay: peer.delay }))

  return ranked.sort(compare).map(({ peer }, i) => toSessionPeer(peer, i + 1))
}

function compare (a: Candidate, b: Candidate): number {
  if (a.peer.stalled !== b.peer.stalled) {
    return a.peer.stalled ? 1 : -1
  }

  return isBetter(a, b) ? -1 : Number(isBetter(b, a))
}

function toSessionPeer (known: ClientPeer, rank: number): SessionPeer {
  const { peer, blocks, bytes, haves, dontHaves, latency, speed, window, asked, stalled } = known

  return {
    peer,
    rank,
    blocks,
    bytes,
    haves,
    dontHaves,
    latency: latency.value,
    rate: speed.rate > 0 ? speed.rate * 1000 : undefined,
    window: window.bytes,
    inFlight: asked.size,
    inFlightBytes: asked.size * speed.meanSize,
    stalled
  }
}
