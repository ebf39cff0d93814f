/**
 * Lets in only the peers of a list, whoever dials. A peer is known once the
 * connection is encrypted; no protocol has been spoken by then.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { PeerNotAllowedError } from './errors.ts'
import type { ConnectionGater, PeerId } from '@libp2p/interface'

/** @param allowed - peer ids, in any of their forms */
export function peerGate (allowed: readonly string[]): ConnectionGater {
  const ids = new Set(allowed.map(each => peerIdFromString(each).toString()))
  const isRefused = (peer: PeerId): boolean => !ids.has(peer.toString())

  // libp2p's own words would name a hook: what is thrown is what the dial rejects with
  const refuse = (peer: PeerId): boolean => {
    if (isRefused(peer)) {
      throw new PeerNotAllowedError(peer.toString())
    }

    return false
  }

  return {
    denyDialPeer: refuse,
    denyOutboundEncryptedConnection: refuse,
    denyInboundEncryptedConnection: isRefused,
    denyInboundRelayReservation: isRefused,
    denyInboundRelayedConnection: (relay, peer) => isRefused(relay) || isRefused(peer),
    denyOutboundRelayedConnection: (source, destination) => isRefused(source) || isRefused(destination)
  }
}
