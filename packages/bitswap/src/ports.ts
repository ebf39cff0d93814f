/** What the two sides are given of the network. */
import type { PeerId } from '@libp2p/interface'
import type { ClientComponents } from './client/components.ts'
import type { Messenger } from './network/messenger.ts'
import { TagName } from './network/network.ts'
import type { ServerComponents } from './server/server.ts'

export function portOfClient (messenger: Messenger, self: PeerId): ClientComponents['network'] {
  return {
    self,
    connect: async (target, options) => await messenger.connect(target, options),
    peersIdentified: () => messenger.peersIdentified(),
    disconnect: peer => { messenger.disconnect(peer) },
    tag: (peer, tag) => { messenger.tag(peer, TagName.Source, tag) },
    heardAt: peer => messenger.heardAt(peer),
    bytesFrom: peer => messenger.bytesFrom(peer),
    isFullWithout: rate => messenger.isFullWithout(rate)
  }
}

export function portOfServer (messenger: Messenger): ServerComponents['network'] {
  return { tag: (peer, tag) => { messenger.tag(peer, TagName.Partner, tag) } }
}
