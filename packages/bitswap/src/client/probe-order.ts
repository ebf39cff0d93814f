/**
 * Who is asked whether they have a block that nobody is known to have, and in
 * what order: those who had most of what was wanted lately first, then those
 * who answer sooner, the silent last. Pure.
 *
 * Limits: sorts the connected peers at most once in `SORTED_FOR`, however many
 * wants are looked for; a step of one want then costs those it asks, and those
 * it has asked before.
 */
import type { ClientPeer } from './client-peer.ts'
import { canCarry } from './peer-choice.ts'
import type { SessionState } from './session-state.ts'
import type { Want } from './want.ts'

/**
 * How many connected peers have been asked after each step of a look-up; the
 * step after the last takes all others. (ProbeLab RFM-16: asking 10, then 40
 * more, then the rest finds as much with 10 to 100 times fewer messages.)
 */
export const PROBE_STEPS: readonly number[] = Object.freeze([10, 50])

/** For so many milliseconds the order stands, unless peers come or leave. */
const SORTED_FOR = 100

export class ProbeOrder {
  readonly #peers: ReadonlyMap<string, ClientPeer>
  #sorted: { peers: readonly ClientPeer[], at: number } | undefined

  /** @param peers - by key, those who are connected */
  constructor (peers: ReadonlyMap<string, ClientPeer>) {
    this.#peers = peers
  }

  /** Peers came or left. */
  peersChanged (): void {
    this.#sorted = undefined
  }

  /** The next `count` who can be asked, and whether there are others. */
  next (want: Want, count: number, now: number): { asked: ClientPeer[], hasMore: boolean } {
    const candidates: ClientPeer[] = []
    const sorted = this.#sort(now)

    for (const stalled of [false, true]) {
      for (const peer of sorted) {
        if (peer.stalled !== stalled || !isCandidate(want, peer)) {
          continue
        }

        if (candidates.length >= count) {
          return { asked: candidates, hasMore: true }
        }

        candidates.push(peer)
      }
    }

    return { asked: candidates, hasMore: false }
  }

  /** How many there are who can be asked. */
  count (want: Want): number {
    let count = 0

    for (const peer of this.#peers.values()) {
      count += isCandidate(want, peer) ? 1 : 0
    }

    return count
  }

  #sort (now: number): readonly ClientPeer[] {
    if (this.#sorted == null || now - this.#sorted.at >= SORTED_FOR) {
      const scored = [...this.#peers.values()].map(peer => ({ peer, score: peer.usefulness.at(now), latency: peer.latency.value ?? Infinity }))

      scored.sort((a, b) => b.score - a.score || (a.latency === b.latency ? 0 : a.latency - b.latency))
      this.#sorted = { peers: scored.map(({ peer }) => peer), at: now }
    }

    return this.#sorted.peers
  }
}

function isCandidate (want: Want, peer: ClientPeer): boolean {
  return !want.isAnsweredBy(peer) && !want.probedAt.has(peer) && !want.askedOf.has(peer) && canTake(peer, want)
}

/** Is there room for it in the peer's wantlist, if it is not there already? */
function canTake (peer: ClientPeer, want: Want): boolean {
  return canCarry(peer, want.cid) && (peer.wants.hasRoom || want.holders.has(peer))
}

/** Peers of these sessions that fell silent, and were not asked for it in this round: their answer would bring them back. */
export function silentPeersOf (want: Want, sessions: Iterable<SessionState>): ClientPeer[] {
  const silent = new Set<ClientPeer>()

  for (const session of sessions) {
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
