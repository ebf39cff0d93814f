/** What the two sides are given of the network. */
import type { ClientComponents } from './client/components.ts'
import type { Messenger } from './network/messenger.ts'
import { TagName } from './network/network.ts'
import type { Network } from './network/network.ts'
import type { ServerComponents } from './server/server.ts'

export function portOfClient (network: Network, messenger: Messenger): ClientComponents['network'] {
  return {
    self: network.self,
    connect: async (target, options) => await network.connect(target, options),
    peersIdentified: () => network.peersIdentified(),
    disconnect: peer => { network.disconnect(peer) },
    tag: (peer, tag) => { network.tag(peer, TagName.Source, tag) },
    heardAt: peer => messenger.heardAt(peer),
    bytesFrom: peer => messenger.bytesFrom(peer),
    isFullWithout: rate => messenger.isFullWithout(rate)
  }
}

export function portOfServer (network: Network): ServerComponents['network'] {
  return { tag: (peer, tag) => { network.tag(peer, TagName.Partner, tag) } }
}
