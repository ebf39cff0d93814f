/**
 * Our wantlists at the peers, as the network deals with them: peers come and go,
 * and what each is to be told is taken when its stream has room.
 *
 * Not for: what is in them (`want-planner.ts`, `peer-wants.ts`).
 */
import type { PeerId } from '@libp2p/interface'
import type { ClientPeer } from './client-peer.ts'
import type { ClientComponents, OutgoingWants } from './components.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { WantDriver } from './want-driver.ts'
import type { UsefulPeers } from './useful-peers.ts'
import type { WantPlanner } from './want-planner.ts'

export interface WantlistsComponents extends Pick<ClientComponents, 'clock' | 'sender'> {
  planner: WantPlanner
  useful: UsefulPeers
  driver: WantDriver
}

export class Wantlists {
  readonly #components: WantlistsComponents

  constructor (components: WantlistsComponents) {
    this.#components = components
  }

  peer (id: PeerId): ClientPeer | undefined {
    return this.#components.planner.board.peers.get(id.toString())
  }

  /** One that is connected already stays as it is. */
  peerConnected (id: PeerId, abilities: PeerAbilities): void {
    const { planner, driver, clock } = this.#components

    if (this.peer(id) == null) {
      planner.peers.connected(id, abilities, clock.now())
      driver.apply()
    }
  }

  peerDisconnected (id: PeerId): void {
    const { planner, driver, useful, clock } = this.#components
    const peer = this.peer(id)

    planner.peers.disconnected(id.toString(), clock.now())
    driver.apply()

    if (peer != null) {
      useful.left(peer)
    }
  }

  /** No stream to it can be opened: it counts as silent. */
  peerUnreachable (id: PeerId): void {
    const { planner, driver, clock } = this.#components
    const peer = this.peer(id)

    if (peer != null) {
      planner.peers.unreachable(peer, clock.now())
      driver.apply()
    }
  }

  /** All peers leave at once. */
  clear (): void {
    const { planner, clock } = this.#components

    for (const key of [...planner.board.peers.keys()]) {
      planner.peers.disconnected(key, clock.now())
    }
  }

  hasChanges (id: PeerId): boolean {
    return this.peer(id)?.wants.hasChanges ?? false
  }

  /** What the peer is to be told now: the wants and cancels since the last time. */
  take (id: PeerId, abilities: PeerAbilities): OutgoingWants | undefined {
    const { planner, driver, useful, clock, sender } = this.#components
    const { histories, wants } = planner.board
    const peer = this.peer(id)

    if (peer == null) {
      return undefined
    }

    if (abilities.have !== peer.abilities.have || abilities.prefix !== peer.abilities.prefix) {
      planner.peers.abilitiesChanged(peer, abilities, clock.now())
      driver.apply()
    }

    const batch = peer.wants.take(abilities)

    if (batch == null) {
      return undefined
    }

    const { message, ...said } = batch

    peer.told(said.entries.length)

    histories.told(peer, said.entries, wants, clock.now())

    if (histories.hasFresh) {
      driver.apply()
    }

    if (said.entries.length > 0) {
      useful.asked(peer)
    }

    return {
      message,
      sent: () => { peer.wants.sent(said, clock.now()) },
      lost: () => {
        peer.wants.lost(said)

        if (peer.wants.hasChanges && this.peer(id) === peer) {
          sender.wake(id, 'wants')
        }
      }
    }
  }
}
