/** What can be set about being reached by others: checked once, read everywhere. */
import { multiaddr } from '@multiformats/multiaddr'
import { InvalidOptionError } from 'ts-bitswap/errors'
import { requireBoolean, requireCount } from '../option-checks.ts'

/** Whether others may reach us through a relay. */
export const Relay = { Off: 'off', Use: 'use' } as const
export type Relay = typeof Relay[keyof typeof Relay]

export interface ReachabilityInit {
  /**
   * Open a port on the router with UPnP, for IPv4 addresses of the local network
   * that are listened at. What it maps is announced at once, or, with `autonat`,
   * once other peers have reached it.
   *
   * @default false
   */
  upnp?: boolean

  /**
   * Ask other peers whether they reach us at our public addresses, and answer
   * them when they ask. Without it a public address is announced only when it
   * stands in `announce` or `appendAnnounce`, or was mapped with `upnp`.
   *
   * @default false
   */
  autonat?: boolean

  /**
   * `use`: as long as no public address of ours is known to be reachable, have
   * relays accept connections for us; and dial peers through theirs. Relays allow
   * some KiB and minutes, and Bitswap leaves such connections alone unless
   * `network.runOnLimitedConnections` says otherwise: they are there for
   * `holePunching`.
   *
   * @default 'off'
   */
  relay?: Relay

  /**
   * Relays to stay connected to, with their peer ids. Any other peer that is
   * connected and is a relay may be used as well.
   *
   * @default []
   */
  relays?: readonly string[]

  /**
   * Relays that accept connections for us at a time.
   *
   * @default 2
   */
  maxRelays?: number

  /**
   * Be a relay for others: for at most `maxReservations` of them, 128 KiB and two
   * minutes a connection.
   *
   * @default false
   */
  relayServer?: boolean

  /**
   * Peers that this node accepts connections for as a relay; one more is refused.
   *
   * @default 15
   */
  maxReservations?: number

  /**
   * When a peer was reached through a relay, try to get a direct connection in
   * its place (DCUtR). Both sides need it, and one has to have a public address
   * or a router that lets it happen.
   *
   * @default false
   */
  holePunching?: boolean

  /**
   * Addresses to announce in place of those found, whether they can be reached or
   * not. Without the peer id.
   *
   * @default []
   */
  announce?: readonly string[]

  /**
   * Addresses to announce besides those found. Of no use with `announce`.
   *
   * @default []
   */
  appendAnnounce?: readonly string[]

  /**
   * Addresses never to announce: all that begin with one of these, and those in a
   * range as `/ip4/10.0.0.0/ipcidr/8`.
   *
   * @default []
   */
  noAnnounce?: readonly string[]
}

export type ReachabilityOptions = Readonly<Required<ReachabilityInit>>

export const REACHABILITY_DEFAULTS: ReachabilityOptions = Object.freeze({
  upnp: false,
  autonat: false,
  relay: Relay.Off,
  relays: [],
  maxRelays: 2,
  relayServer: false,
  maxReservations: 15,
  holePunching: false,
  announce: [],
  appendAnnounce: [],
  noAnnounce: []
})

export function resolveReachabilityOptions (init: ReachabilityInit = {}): ReachabilityOptions {
  const options = { ...REACHABILITY_DEFAULTS, ...init }
  const known: readonly string[] = Object.values(Relay)

  for (const name of ['upnp', 'autonat', 'relayServer', 'holePunching'] as const) {
    requireBoolean(`reachability.${name}`, options[name])
  }

  if (!known.includes(options.relay)) {
    throw new InvalidOptionError('reachability.relay', options.relay, `one of ${known.join(', ')}`)
  }

  for (const name of ['relays', 'announce', 'appendAnnounce', 'noAnnounce'] as const) {
    requireAddresses(`reachability.${name}`, options[name])
  }

  if (options.relays.some(each => !multiaddr(each).getComponents().some(({ name }) => name === 'p2p'))) {
    throw new InvalidOptionError('reachability.relays', options.relays, 'a list of addresses with peer ids')
  }

  for (const name of ['announce', 'appendAnnounce'] as const) {
    requireDialable(`reachability.${name}`, options[name])
  }

  requireCount('reachability.maxRelays', options.maxRelays)
  requireCount('reachability.maxReservations', options.maxReservations)

  return Object.freeze(options)
}

function requireAddresses (option: string, addresses: readonly string[]): void {
  if (!Array.isArray(addresses) || !addresses.every(isAddress)) {
    throw new InvalidOptionError(option, addresses, 'a list of multiaddrs, as in /ip4/1.2.3.4/tcp/4001')
  }
}

/** What nobody can dial: every address of this machine, or port 0, which is a free one. */
function requireDialable (option: string, addresses: readonly string[]): void {
  const wrong = addresses.find(each => multiaddr(each).getComponents().some(({ name, value }) => {
    return ((name === 'ip4' || name === 'ip6') && (value === '0.0.0.0' || value === '::')) || ((name === 'tcp' || name === 'udp') && value === '0')
  }))

  if (wrong != null) {
    throw new InvalidOptionError(option, wrong, 'addresses that can be dialled, with a host and a port')
  }
}

function isAddress (text: unknown): boolean {
  try {
    return typeof text === 'string' && multiaddr(text).getComponents().length > 0
  } catch {
    return false
  }
}
