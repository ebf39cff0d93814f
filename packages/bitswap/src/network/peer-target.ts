/** Whom a target names. Not for: where it is, and whether it can be dialled. */
import { isPeerId } from '@libp2p/interface'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P } from '@multiformats/multiaddr'
import type { PeerTarget } from './network.ts'

/**
 * The peer, where the target says who it is. An address that ends with another
 * part, as that of a relay without the peer behind it, does not.
 *
 * @throws when the address names a peer by something that is no peer id
 */
export function peerOf (target: PeerTarget): PeerId | undefined {
  if (isPeerId(target)) {
    return target
  }

  const [address] = Array.isArray(target) ? target : [target]
  const last = address?.getComponents().at(-1)

  return last?.code === CODE_P2P && last.value != null ? peerIdFromString(last.value) : undefined
}
