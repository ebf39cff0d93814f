/**
 * The routers of a node, each by itself: to be made one by `combineRouters` of
 * `ts-bitswap`.
 */
import { DelegatedRouter } from './delegated-router.ts'
import { DhtRouter } from './dht-router.ts'
import { MdnsRouter } from './mdns-router.ts'
import { staticRouter } from './static-router.ts'
import type { Dht } from './dht.ts'
import type { RoutingOptions } from './options.ts'
import type { DhtRouterComponents } from './dht-router.ts'
import type { Router } from 'ts-bitswap'

/** A libp2p with the services of `routingServices`, as far as there are any. */
export interface RoutedLibp2p {
  services: { dht?: unknown, lanDht?: unknown }
}

/** As many as the options say; none by default. */
export function createRouters (libp2p: RoutedLibp2p, options: RoutingOptions, components: DhtRouterComponents): Router[] {
  const { dht, lanDht } = libp2p.services
  const { findTimeout } = options

  return [
    ...Object.keys(options.providers).length === 0 ? [] : [{ ...staticRouter(options.providers), findTimeout }],
    ...options.mdns ? [new MdnsRouter(components.clock, options)] : [],
    ...dht == null ? [] : [new DhtRouter('dht', dht as Dht, components, options)],
    ...lanDht == null ? [] : [new DhtRouter('lan-dht', lanDht as Dht, components, options)],
    ...[...new Set(options.delegated)].map(url => new DelegatedRouter(url, components, options))
  ]
}
