/**
 * What a libp2p is given so that others reach it: transports, services and
 * addresses, to be spread into its options beside its own. Each package is
 * loaded only when it is used.
 *
 * What libp2p 3.3 announces (address-manager): `announce`, and nothing else, when
 * there is any. Otherwise what its transports listen at, private addresses at
 * once, public ones when AutoNAT has confirmed them; `appendAnnounce` at once;
 * what peers say they see of us, and what UPnP mapped, when confirmed; a relay's
 * address when it has promised us a place. AutoNAT confirms an address when four
 * peers of different networks have dialled it.
 */
import { announceFilter } from './announce-filter.ts'
import { carefulClient, probeSsdp } from './gateway-search.ts'
import { Relay } from './options.ts'
import { RelaySearch } from './relay-search.ts'
import type { ReachabilityOptions } from './options.ts'
import type { RelaySearchComponents } from './relay-search.ts'
import type { UPnPNAT, UPnPNATComponents } from '@libp2p/upnp-nat'
import type { Libp2pOptions } from 'libp2p'

export type ReachabilityParts = Required<Pick<Libp2pOptions, 'transports' | 'services' | 'addresses'>>

/**
 * Between two searches for a gateway that was not found, in milliseconds; libp2p
 * itself searches every five seconds.
 */
const GATEWAY_SEARCH_INTERVAL = 300_000

export interface ReachabilityComponents {
  /** Rejects when there is no way to ask for a gateway. */
  probe?: () => Promise<void>
}

/** `identify` has to be among the services. */
export async function reachabilityParts (options: ReachabilityOptions, { probe = probeSsdp }: ReachabilityComponents = {}): Promise<ReachabilityParts> {
  return {
    addresses: announcing(options),
    transports: options.relay === Relay.Use || options.holePunching ? [await circuitTransport()] : [],
    services: {
      ...options.upnp ? { upnp: await upnp(options, probe) } : {},
      ...options.autonat ? { autonat: (await import('@libp2p/autonat')).autoNAT() } : {},
      ...options.relay === Relay.Use ? { relaySearch: (components: RelaySearchComponents) => new RelaySearch(components, options) } : {},
      ...options.relayServer ? { relayServer: await relayServer(options) } : {},
      ...options.holePunching ? { holePunching: (await import('@libp2p/dcutr')).dcutr() } : {}
    }
  }
}

function announcing ({ announce, appendAnnounce, noAnnounce }: ReachabilityOptions): NonNullable<Libp2pOptions['addresses']> {
  return {
    announce: [...announce],
    appendAnnounce: [...appendAnnounce],
    ...noAnnounce.length === 0 ? {} : { announceFilter: announceFilter(noAnnounce) }
  }
}

async function circuitTransport (): Promise<NonNullable<Libp2pOptions['transports']>[number]> {
  const { circuitRelayTransport } = await import('@libp2p/circuit-relay-v2')

  return circuitRelayTransport()
}

async function relayServer ({ maxReservations }: ReachabilityOptions): Promise<ReturnType<typeof import('@libp2p/circuit-relay-v2').circuitRelayServer>> {
  const { circuitRelayServer } = await import('@libp2p/circuit-relay-v2')

  return circuitRelayServer({ reservations: { maxReservations } })
}

async function upnp ({ autonat }: ReachabilityOptions, probe: () => Promise<void>): Promise<(components: UPnPNATComponents) => UPnPNAT> {
  const { uPnPNAT } = await import('@libp2p/upnp-nat')
  // with nobody to confirm what a gateway says, its word has to do
  const init = { autoConfirmAddress: !autonat, initialGatewaySearchInterval: GATEWAY_SEARCH_INTERVAL }

  return components => {
    // making one does nothing yet, and is the only way to its client
    const { portMappingClient } = uPnPNAT(init)(components)
    const log = components.logger.forComponent('bitswap:reachability')

    return uPnPNAT({ ...init, portMappingClient: carefulClient(portMappingClient, { log, probe }) })(components)
  }
}
