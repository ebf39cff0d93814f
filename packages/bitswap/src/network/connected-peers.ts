/**
 * Who is connected, over what, and what they speak: facts of libp2p in, what
 * changed for Bitswap out. A peer counts from the moment it has a connection we
 * may use and is known to speak Bitswap, until either ends.
 *
 * Not for: calling anybody, or waiting for anything.
 *
 * Limits: one entry per connected peer and one reference per connection, so
 * libp2p's `maxConnections` bounds it. Nothing outlives a peer's last connection.
 */
import type { Connection, PeerId } from '@libp2p/interface'
import { PROTOCOLS } from './protocols.ts'
import type { BitswapProtocol } from './protocols.ts'

/** Where a peer stands with us. */
export const Standing = {
  /** It has no connection, not even a limited one. */
  Absent: 'absent',
  /** It is connected, and either has not said what it speaks or has no connection we may use. */
  Unknown: 'unknown',
  /** It said what it speaks: no Bitswap. */
  Mute: 'mute',
  /** It is connected and speaks Bitswap. */
  Speaking: 'speaking'
} as const
export type Standing = typeof Standing[keyof typeof Standing]

/** What an event meant for a peer, if anything. */
export const PeerChange = { Connected: 'connected', Disconnected: 'disconnected' } as const
export type PeerChange = typeof PeerChange[keyof typeof PeerChange]

interface Entry {
  readonly peer: PeerId
  /** Oldest first. */
  connections: Connection[]
  /** Best first; undefined until the peer has told, on any of its connections. */
  protocols: readonly BitswapProtocol[] | undefined
  speaking: boolean
}

export class ConnectedPeers {
  readonly #allowLimited: boolean
  readonly #entries: Map<string, Entry> = new Map()
  /** Those of them without protocols: few of all, and asked for often. */
  readonly #unidentified: Set<Entry> = new Set()

  constructor (options: { runOnLimitedConnections: boolean }) {
    this.#allowLimited = options.runOnLimitedConnections
  }

  /** A connection is open. Hearing of it again, or after it closed, changes nothing. */
  opened (connection: Connection): PeerChange | undefined {
    if (connection.status !== 'open') {
      return undefined
    }

    const peer = connection.remotePeer
    const entry = this.#entries.get(peer.toString()) ?? { peer, connections: [], protocols: undefined, speaking: false }

    if (!entry.connections.includes(connection)) {
      entry.connections.push(connection)
    }

    this.#entries.set(peer.toString(), entry)

    if (entry.protocols == null) {
      this.#unidentified.add(entry)
    }

    return this.#refresh(entry)
  }

  /** The last one's end is news also of a peer that never counted: it may be known by its streams. */
  closed (connection: Connection): PeerChange | undefined {
    const key = connection.remotePeer.toString()
    const entry = this.#entries.get(key)

    if (entry == null) {
      return undefined
    }

    entry.connections = entry.connections.filter(other => other !== connection)

    if (entry.connections.length === 0) {
      // what it spoke is forgotten: it may come back with another version
      this.#entries.delete(key)
      this.#unidentified.delete(entry)

      return PeerChange.Disconnected
    }

    return this.#refresh(entry)
  }

  /** A connected peer said what it speaks; this holds until it says otherwise. None at all counts as no Bitswap. */
  identified (peer: PeerId, protocols: readonly BitswapProtocol[]): PeerChange | undefined {
    const entry = this.#entries.get(peer.toString())

    if (entry == null) {
      return undefined
    }

    entry.protocols = PROTOCOLS.filter(protocol => protocols.includes(protocol))
    this.#unidentified.delete(entry)

    return this.#refresh(entry)
  }

  /** As {@link identified}, from a source that must not overrule what the peer said itself. */
  presumed (peer: PeerId, protocols: readonly BitswapProtocol[]): PeerChange | undefined {
    const known = this.#entries.get(peer.toString())?.protocols

    return known == null ? this.identified(peer, protocols) : undefined
  }

  standing (peer: PeerId): Standing {
    const entry = this.#entries.get(peer.toString())

    if (entry == null) {
      return Standing.Absent
    }

    if (entry.speaking) {
      return Standing.Speaking
    }

    return entry.protocols?.length === 0 ? Standing.Mute : Standing.Unknown
  }

  /** The Bitswap protocols a peer told of, best first; empty when it has not, or has none. */
  protocols (peer: PeerId): readonly BitswapProtocol[] {
    return this.#entries.get(peer.toString())?.protocols ?? []
  }

  /**
   * The connections of a peer that we may use, best first: unlimited before
   * limited, then the youngest, as an old one may be dead without knowing it.
   */
  connections (peer: PeerId): Connection[] {
    const usable = this.#entries.get(peer.toString())?.connections.filter(connection => this.#isUsable(connection)) ?? []
    const youngestFirst = usable.reverse()

    return [
      ...youngestFirst.filter(({ limits }) => limits == null),
      ...youngestFirst.filter(({ limits }) => limits != null)
    ]
  }

  /** Peers that have a connection, and have not said what they speak. Costs no more than there are. */
  unidentified (): PeerId[] {
    return [...this.#unidentified].map(({ peer }) => peer)
  }

  speaking (): PeerId[] {
    return [...this.#entries.values()].filter(({ speaking }) => speaking).map(({ peer }) => peer)
  }

  clear (): void {
    this.#entries.clear()
    this.#unidentified.clear()
  }

  #isUsable (connection: Connection): boolean {
    return connection.status === 'open' && (connection.limits == null || this.#allowLimited)
  }

  #refresh (entry: Entry): PeerChange | undefined {
    const told = entry.protocols != null && entry.protocols.length > 0
    // a connection that is closing still counts: its end is reported when it is there
    const reachable = entry.connections.some(({ limits }) => limits == null || this.#allowLimited)
    const speaking = told && reachable

    if (speaking === entry.speaking) {
      return undefined
    }

    entry.speaking = speaking

    return speaking ? PeerChange.Connected : PeerChange.Disconnected
  }
}
