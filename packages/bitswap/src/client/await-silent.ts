/**
 * Silence is no answer for good: who is passed over after a short while may have
 * the block after all, and is waited for when nobody else is left. Part of
 * `want-looking.ts`. Pure.
 */
import { UnavailableReason } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import type { WantBoard } from './want-board.ts'
import type { Want } from './want.ts'

/**
 * Does the want, which nobody else is asked for, wait for peers that are silent?
 * Up to `patience` milliseconds, in each round once, however often they speak and
 * fall silent again. At first they are told again of one thing that they do not
 * answer: they may have tried in vain, and try anew when they are spoken to.
 */
export function awaitSilent (board: WantBoard, want: Want, patience: number, now: number): boolean {
  const silent = stillSilent(board, want, now - patience)
  const isFirst = want.silentUntil == null

  if (silent.length === 0) {
    return false
  }

  want.silentUntil ??= Math.max(...silent.map(({ silentSince }) => silentSince)) + patience

  if (want.silentUntil <= now) {
    return false
  }

  board.deadlines.set(want, want.silentUntil)

  for (const peer of isFirst ? silent : []) {
    if (peer.stalled && !peer.nudged && want.holders.has(peer)) {
      peer.nudged = true
      board.probe(want, peer, now, false)
    }
  }

  return true
}

/** Those who said nothing of it, and gave a sign after `time`. */
function stillSilent (board: WantBoard, want: Want, time: number): ClientPeer[] {
  const silent: ClientPeer[] = []

  for (const [key, answer] of want.answers.byPeer()) {
    const peer = answer === UnavailableReason.Silent ? board.peers.get(key) : undefined

    if (peer != null && peer.silentSince > time) {
      silent.push(peer)
    }
  }

  return silent
}
