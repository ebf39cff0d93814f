/** What a node said of peers for its connection manager: kept, and of no effect. To look at. */
import type { PeerId } from '@libp2p/interface'
import { TagName } from '../../network/network.ts'
import type { PeerTag } from '../../network/network.ts'

/** Tags of one name. */
export class NodeTags {
  /** By peer id, and when it was said. */
  readonly byPeer: Map<string, PeerTag & { at: number }> = new Map()
  /** How often any was said or taken back. */
  calls = 0

  set (peer: PeerId, tag: PeerTag | undefined, at: number): void {
    this.calls++

    if (tag == null) {
      this.byPeer.delete(peer.toString())
    } else {
      this.byPeer.set(peer.toString(), { ...tag, at })
    }
  }
}

export type NodeTagsByName = Readonly<Record<TagName, NodeTags>>

export function createNodeTags (): NodeTagsByName {
  return { [TagName.Source]: new NodeTags(), [TagName.Partner]: new NodeTags() }
}
