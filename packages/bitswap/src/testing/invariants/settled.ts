/**
 * Whether an exchange has said to a peer all it has to say, and dealt with all
 * that the peer said, as far as its own side can tell: what is on the wire is
 * for whoever asks to know. And what is due to a peer while nobody sends it.
 */
import type { PeerId } from '@libp2p/interface'
import type { Exchange } from '../../bitswap.ts'
import { Lane } from '../../network/messenger.ts'
import { RequestState } from '../../server/request.ts'
import { peerName } from './names.ts'

/**
 * Nothing is due on either lane, nothing is being written or opened, no message
 * of the peer is being dealt with, and the store is not asked on its behalf.
 * False for a peer that is not connected, and for one that was given up: it is
 * tried again when it is heard of.
 */
export function isSettled (exchange: Exchange, peer: PeerId): boolean {
  const { peers, server } = exchange.books
  const known = peers.get(peer.toString())
  const account = server.run?.engine.account(peer)

  if (known?.reported !== true || account == null || known.streams.isReading) {
    return false
  }

  for (const lane of [Lane.Wants, Lane.Blocks]) {
    if (exchange.hasOutgoing(peer, lane) || known.streams.activity(lane) !== 'idle') {
      return false
    }
  }

  return account.asking === 0 && account.reads === 0 && account.overdue.asking === 0 && account.overdue.reads === 0 && account.unasked.size === 0 && !isResting(account.requests.values())
}

/**
 * At a quiet moment: what is due to a peer is being sent, or the peer was given
 * up; and what was taken to be sent is with a sender.
 */
export function sendingViolations (exchange: Exchange): string[] {
  const { peers, server } = exchange.books
  const violations: string[] = []

  for (const [key, { streams, reported }] of peers) {
    for (const lane of [Lane.Wants, Lane.Blocks]) {
      if (reported && streams.activity(lane) === 'idle' && exchange.hasOutgoing(streams.peer, lane)) {
        violations.push(`${lane} are due to ${peerName(key)}, and nobody sends them`)
      }
    }

    const isIdle = { [Lane.Wants]: streams.activity(Lane.Wants) !== 'working', [Lane.Blocks]: streams.activity(Lane.Blocks) !== 'working' }

    for (const { state } of server.run?.engine.account(streams.peer)?.requests.values() ?? []) {
      if ((state === RequestState.Telling && isIdle.wants) || (state === RequestState.Sending && isIdle.blocks)) {
        violations.push(`a request of ${peerName(key)} is ${state}, and nothing is being sent to it`)
      }
    }
  }

  return violations
}

function isResting (requests: Iterable<{ state: RequestState }>): boolean {
  for (const { state } of requests) {
    if (state === RequestState.Resting) {
      return true
    }
  }

  return false
}
