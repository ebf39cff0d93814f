/**
 * Where a want stands and what brings it on, read off what the planner keeps
 * anyway. Pure. At most one entry a peer that was asked, or spoke, since the last
 * refresh, and the steps that `want-histories.ts` keeps.
 */
import type { WantExplanation, WantPeer } from '../api.ts'
import type { ClientPeer } from './client-peer.ts'
import { Awaits } from './ready-queue.ts'
import type { WantBoard } from './want-board.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'

type Next = WantExplanation['next']

/** Undefined when it is not wanted. */
export function explainWant (board: WantBoard, key: string, now: number): WantExplanation | undefined {
  const want = board.wants.get(key)

  if (want == null || want.state === WantState.Over) {
    return undefined
  }

  return {
    cid: want.cid,
    state: want.state,
    age: now - want.since,
    priority: want.priority,
    sessions: [...want.sessions].map(({ id }) => id),
    peers: peersOf(want, now),
    search: want.search,
    refreshes: want.refreshes,
    next: nextOf(want, board, now),
    steps: board.histories.of(want, now)
  }
}

function peersOf (want: Want, now: number): WantPeer[] {
  const peers = new Map<string, WantPeer>()

  for (const [peer, answer] of want.answers.byPeer()) {
    peers.set(peer, { peer, asked: undefined, askedAgo: undefined, answer })
  }

  for (const holder of want.holders) {
    const at = holder.askedAt(want)

    peers.set(holder.key, {
      peer: holder.key,
      asked: holder.wants.entries.get(want.key)?.wantType,
      askedAgo: at == null ? undefined : now - at,
      answer: want.answers.get(holder)
    })
  }

  return [...peers.values()]
}

function nextOf (want: Want, board: WantBoard, now: number): Next {
  switch (want.state) {
    case WantState.Ready:
      return { event: [...want.sessions].some(({ ready }) => ready.awaited(want) === Awaits.Peer) ? 'room' : 'turn', due: undefined }
    case WantState.Waiting:
      return { event: 'refresh', due: dueIn(board.deadlines.get(want), now) }
    case WantState.Arriving:
      return { event: 'stored', due: undefined }
    default:
      return nextOfAsked(want, board, now)
  }
}

/** Of one that is asked for, or looked for: whatever comes first. */
function nextOfAsked (want: Want, board: WantBoard, now: number): Next {
  const step = board.deadlines.get(want)
  const silence = earliest([...want.askedOf, ...want.probedAt], board)

  if (step != null && !(silence != null && silence < step)) {
    return { event: 'more-peers', due: dueIn(step, now) }
  }

  if (want.askedOf.size > 0 || want.probedAt.size > 0) {
    return { event: 'answer', due: dueIn(silence, now) }
  }

  return { event: want.search === 'running' ? 'search' : 'dial', due: undefined }
}

/** When the first of these peers counts as silent if it says nothing more. */
function earliest (peers: readonly ClientPeer[], board: WantBoard): number | undefined {
  const deadlines = peers.map(peer => board.deadlines.get(peer)).filter(at => at != null)

  return deadlines.length === 0 ? undefined : Math.min(...deadlines)
}

function dueIn (at: number | undefined, now: number): number | undefined {
  return at == null ? undefined : Math.max(0, at - now)
}
