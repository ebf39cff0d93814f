/**
 * Names what is in one book of the want board and missing in its counterpart.
 * Goes through everything, the long way round: for when `board-invariants.ts`
 * has found that the books count differently.
 */
import type { ClientPeer } from '../../client/client-peer.ts'
import type { WantBoard } from '../../client/want-board.ts'
import { WantState } from '../../client/want.ts'
import type { Want } from '../../client/want.ts'
import { cidName, peerName, sessionName, wantName } from './names.ts'

export function counterpartViolations (board: WantBoard): string[] {
  return [
    ...[...board.peers.values()].flatMap(peer => wantlistViolations(board, peer)),
    ...sessionViolations(board),
    ...unresolvedViolations(board),
    ...deadlineViolations(board)
  ]
}

function wantlistViolations (board: WantBoard, peer: ClientPeer): string[] {
  const violations: string[] = []

  for (const { key, cid } of peer.wants.entries.values()) {
    const want = board.wants.get(key)

    if (want?.holders.has(peer) !== true) {
      violations.push(`${peerName(peer.key)} has ${cidName(cid)} in its wantlist, ${want == null ? 'which nobody wants' : 'and is no holder'}`)
    }
  }

  for (const want of peer.asked.keys()) {
    if (!want.askedOf.has(peer)) {
      violations.push(`${peerName(peer.key)} was asked for ${wantName(want)}, which does not know`)
    }
  }

  for (const want of new Set([...peer.asked.keys(), ...peer.probed.keys()])) {
    if (board.wants.get(want.key) !== want) {
      violations.push(`${peerName(peer.key)} owes an answer for ${wantName(want)}, which is not on the board`)
    }

    if (!peer.wants.has(want.key) || !want.holders.has(peer)) {
      violations.push(`${peerName(peer.key)} owes an answer for ${wantName(want)}, which is not in its wantlist`)
    }
  }

  return violations
}

function sessionViolations (board: WantBoard): string[] {
  const violations: string[] = []

  for (const session of board.sessions) {
    for (const want of session.wants) {
      if (!want.sessions.has(session)) {
        violations.push(`${sessionName(session)} wants ${wantName(want)}, which does not know`)
      }

      if (board.wants.get(want.key) !== want) {
        violations.push(`${sessionName(session)} wants ${wantName(want)}, which is not on the board`)
      }
    }
  }

  return violations
}

function unresolvedViolations (board: WantBoard): string[] {
  const violations: string[] = []

  for (const want of board.wants.values()) {
    if (isUnresolved(want) && !board.unresolved.has(want)) {
      violations.push(`${wantName(want)} is not among the unresolved`)
    }
  }

  for (const want of board.unresolved) {
    if (!isUnresolved(want) || board.wants.get(want.key) !== want) {
      violations.push(`${wantName(want)} is among the unresolved, and is none or not on the board`)
    }
  }

  return violations
}

function deadlineViolations (board: WantBoard): string[] {
  const violations: string[] = []
  let known = 0

  for (const want of board.wants.values()) {
    if (board.deadlines.get(want) != null) {
      known++

      if (!isUnresolved(want)) {
        violations.push(`${wantName(want)} has a deadline, and is not unresolved`)
      }
    }
  }

  for (const peer of board.peers.values()) {
    known += board.deadlines.get(peer) == null ? 0 : 1
  }

  if (board.deadlines.size > known) {
    violations.push(`${board.deadlines.size - known} deadlines are of nobody on the board`)
  }

  return violations
}

function isUnresolved (want: Want): boolean {
  return want.state === WantState.Looking || want.state === WantState.Waiting
}
