/** What can be set about who may connect: checked once, read everywhere. */
import { peerIdFromString } from '@libp2p/peer-id'
import { InvalidOptionError } from 'ts-bitswap/errors'

export interface PrivateNetworkInit {
  /**
   * File with the key of a private network, as Kubo's `swarm.key`. Connections
   * are then possible only with who has the same key. Empty: no such network.
   *
   * @default ''
   */
  swarmKey?: string

  /**
   * Ids of the peers that may be connected with, whoever dials; all others are
   * refused before anything is said but who one is. A relay has to be among them,
   * to be of use. An empty list refuses everybody, `false` nobody.
   *
   * @default false
   */
  allowPeers?: readonly string[] | false
}

export type PrivateNetworkOptions = Readonly<Required<PrivateNetworkInit>>

export const PRIVATE_NETWORK_DEFAULTS: PrivateNetworkOptions = Object.freeze({
  swarmKey: '',
  allowPeers: false
})

export function resolvePrivateNetworkOptions (init: PrivateNetworkInit = {}): PrivateNetworkOptions {
  const options = { ...PRIVATE_NETWORK_DEFAULTS, ...init }

  if (typeof options.swarmKey !== 'string') {
    throw new InvalidOptionError('privateNetwork.swarmKey', options.swarmKey, 'a path')
  }

  if (options.allowPeers !== false && !(Array.isArray(options.allowPeers) && options.allowPeers.every(isPeerId))) {
    throw new InvalidOptionError('privateNetwork.allowPeers', options.allowPeers, 'false or a list of peer ids')
  }

  return Object.freeze(options)
}

function isPeerId (text: unknown): boolean {
  try {
    return typeof text === 'string' && peerIdFromString(text).toString() !== ''
  } catch {
    return false
  }
}
