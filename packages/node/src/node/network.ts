/**
 * A node's place in the network: its libp2p, the routers it asks and tells, and
 * the peers it is connected with of its own accord. Knows nothing of blocks but
 * their names.
 */
import { combineRouters, systemClock } from 'ts-bitswap'
import { assertPrivate } from '../private-network/public-parts.ts'
import { KeptPeers } from '../routing/kept-peers.ts'
import { createRouters } from '../routing/routers.ts'
import { createHost } from './libp2p-host.ts'
import type { NodeOptions } from './options.ts'
import type { ComponentLogger, Libp2p, PrivateKey, Startable } from '@libp2p/interface'
import type { CombinedRouting } from 'ts-bitswap'

export class NodeNetwork implements Startable {
  readonly libp2p: Libp2p
  readonly routing: CombinedRouting
  readonly keptPeers: KeptPeers

  private constructor (libp2p: Libp2p, routing: CombinedRouting, keptPeers: KeptPeers) {
    this.libp2p = libp2p
    this.routing = routing
    this.keptPeers = keptPeers
  }

  /** @throws PublicPartsError, SwarmKeyError, InvalidOptionError */
  static async create (privateKey: PrivateKey, options: NodeOptions, logger?: ComponentLogger): Promise<NodeNetwork> {
    requirePrivate(options)

    const libp2p = await createHost(privateKey, options, { found: peer => { kept.found(peer) }, logger })
    const relayed = options.bitswap.network?.runOnLimitedConnections === true || options.reachability.holePunching
    const routing = combineRouters(createRouters(libp2p, options.routing, { clock: systemClock, log: libp2p.logger.forComponent('bitswap-node:routing') }), { relayed }, libp2p)

    // whoever is found is found after the start
    const kept = new KeptPeers({ libp2p, clock: systemClock, log: libp2p.logger.forComponent('bitswap-node:peers'), random: Math.random }, options.routing)

    return new NodeNetwork(libp2p, routing, kept)
  }

  async start (): Promise<void> {
    await this.libp2p.start()
    this.keptPeers.start()
  }

  /** May be called twice. */
  async stop (): Promise<void> {
    this.keptPeers.stop()
    await this.libp2p.stop()
  }
}

/** In a private network nothing public is used. */
function requirePrivate ({ routing, reachability, privateNetwork }: NodeOptions): void {
  if (privateNetwork.swarmKey !== '') {
    assertPrivate({
      addresses: [...routing.bootstrap, ...routing.peers, ...routing.delegated, ...reachability.relays],
      publicDht: routing.dht !== false && !routing.dhtPrivateAddresses,
      upnp: reachability.upnp
    })
  }
}
