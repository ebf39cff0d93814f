/**
 * What a libp2p is given so that only some may connect: a protector with the key
 * of a private network, a gate with the ids of peers. To be spread into its
 * options.
 *
 * With a key every connection, relayed ones too, is encrypted once more with it
 * (XSalsa20) before anything else is said; who lacks it sees noise and hangs up.
 */
import { PrivateHandshakeError } from './errors.ts'
import { formatSwarmKey, readSwarmKey } from './swarm-key.ts'
import { peerGate } from './peer-gate.ts'
import type { PrivateNetworkOptions } from './options.ts'
import type { ConnectionProtector } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

export type PrivateNetworkParts = Pick<Libp2pOptions, 'connectionProtector' | 'connectionGater'>

/** @throws SwarmKeyError */
export async function privateNetworkParts ({ swarmKey, allowPeers }: PrivateNetworkOptions): Promise<PrivateNetworkParts> {
  return {
    ...swarmKey === '' ? {} : { connectionProtector: await protector(await readSwarmKey(swarmKey)) },
    ...allowPeers === false ? {} : { connectionGater: peerGate(allowPeers) }
  }
}

async function protector (key: Uint8Array): Promise<NonNullable<Libp2pOptions['connectionProtector']>> {
  const { preSharedKey } = await import('@libp2p/pnet')
  // it reads base16 only, and a last line that does not end
  const create = preSharedKey({ psk: new TextEncoder().encode(formatSwarmKey(key).trimEnd()) })

  return () => plainly(create())
}

/** Says what it means when a peer does not do its part; the failure itself speaks of bytes and streams. */
function plainly (inner: ConnectionProtector): ConnectionProtector {
  return {
    async protect (connection, options) {
      try {
        return await inner.protect(connection, options)
      } catch (error) {
        throw new PrivateHandshakeError('remoteAddr' in connection ? String(connection.remoteAddr) : 'an address unknown', { cause: error })
      }
    }
  }
}
