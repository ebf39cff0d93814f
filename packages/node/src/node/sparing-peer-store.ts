/**
 * libp2p notes in its peer store, at every stream a peer opens, that the peer
 * speaks the protocol, and hands the stream on when that is done. Kubo opens a
 * stream for each message: for each block a record was read, decoded, merged,
 * encoded and compared, a tenth of what it takes to fetch from Kubo in blocks of
 * 16 KiB. What has just been noted is not noted again.
 *
 * Anything else that is written of a peer makes it forget that. Bounds: it
 * remembers {@link MAX_PEERS} peers; others are noted as before.
 */
import type { Peer, PeerData, PeerId, PeerStore } from '@libp2p/interface'

export const MAX_PEERS = 1_024

interface Noted {
  protocols: ReadonlySet<string>
  peer: Peer
}

/** Of the store itself: whoever has it, has it so. */
export function makeSparing (store: PeerStore): void {
  const noted = new Map<string, Noted>() // bounded by MAX_PEERS
  const merge = store.merge.bind(store)
  const patch = store.patch.bind(store)
  const save = store.save.bind(store)
  const remove = store.delete.bind(store)

  store.merge = async (peerId, data, options) => {
    const key = peerId.toString()
    const protocols = onlyProtocols(data)
    const known = noted.get(key)

    if (known != null && protocols?.every(protocol => known.protocols.has(protocol)) === true) {
      return known.peer
    }

    noted.delete(key)
    const peer = await merge(peerId, data, options)

    if (protocols != null) {
      remember(noted, key, peer)
    }

    return peer
  }
  store.patch = async (peerId, data, options) => await forgetting(peerId, async () => await patch(peerId, data, options))
  store.save = async (peerId, data, options) => await forgetting(peerId, async () => await save(peerId, data, options))
  store.delete = async (peerId, options) => { await forgetting(peerId, async () => { await remove(peerId, options) }) }

  /** Before, and after what was noted meanwhile. */
  async function forgetting<T> (peerId: PeerId, write: () => Promise<T>): Promise<T> {
    noted.delete(peerId.toString())

    try {
      return await write()
    } finally {
      noted.delete(peerId.toString())
    }
  }
}

function remember (noted: Map<string, Noted>, key: string, peer: Peer): void {
  if (noted.size >= MAX_PEERS) {
    noted.delete(noted.keys().next().value ?? '')
  }

  noted.set(key, { protocols: new Set(peer.protocols), peer })
}

/** Undefined when there is more to it. */
function onlyProtocols (data: PeerData): string[] | undefined {
  return data.protocols != null && Object.keys(data).length === 1 ? [...data.protocols] : undefined
}
