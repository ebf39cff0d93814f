/**
 * What a node is run with: the command line first, then the config file, then
 * what an ordinary user on the internet expects. Pure.
 */
import { PUBLIC_BOOTSTRAP } from '../../routing/public-routers.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { DEFAULT_STRATEGY } from '../announcements.ts'
import { parseRouting } from './routing-list.ts'
import type { Config } from './config.ts'
import type { NodeInit } from '../../node/options.ts'
import type { PrivateNetworkInit } from '../../private-network/options.ts'
import type { ReachabilityInit } from '../../reachability/options.ts'
import type { RoutingInit } from '../../routing/options.ts'
import type { ProvidingInit } from 'ts-bitswap'

/** Where peers are accepted when nothing is said: as Kubo does, so that addresses last. */
export const DEFAULT_LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/4001']

/** How an ordinary user on the internet finds providers. */
const USUAL: readonly string[] = ['delegated', 'dht', 'mdns']

const NO_WAY: readonly string[] = ['none']

/** What the command line says of the network; what it does not say is left out. */
export interface NetworkFlags {
  /** As {@link parseRouting} takes it. */
  routing?: string[]
  bootstrap?: string[]
  /** Each as `CID=ADDRESS`. */
  provider?: string[]
  allowPeer?: string[]
}

export interface FetchFlags extends NetworkFlags {
  /** Peers to ask: then nobody else is looked for, unless the command line says how. */
  peer: string[]
}

export interface ServeFlags extends NetworkFlags {
  listen?: string[]
  announce?: string[]
  connect: string[]
  providing?: Strategy
  maxStorage?: number
}

type Strategy = NonNullable<ProvidingInit['strategy']>

/** In a private network nothing public is used unless somebody says so, and then it is refused. */
interface Privacy {
  /** Path of its key; empty outside of one. */
  swarmKey: string
}

/** A command that only fetches takes part in the network for that long: it accepts nobody, and announces nothing. */
export function fetchInit (flags: FetchFlags & Privacy, config: Config): NodeInit {
  const namesPeers = flags.peer.length > 0
  const ways = namesPeers ? NO_WAY : waysOf(flags, config, 'lan')

  return {
    routing: { ...routingInit(flags, namesPeers ? besidePeers(flags, config) : config, ways), peers: namesPeers ? [] : config.peers ?? [] },
    privateNetwork: privateNetworkInit(flags, config)
  }
}

/** Of the config file, what holds where peers to ask are named: which DHT it is, if one is to be asked all the same. */
function besidePeers ({ routing }: FetchFlags, { bootstrap, dht, findTimeout }: Config): Config {
  return routing == null ? {} : { bootstrap, dht, findTimeout }
}

/** A node that stays. */
export function serveInit (flags: ServeFlags & Privacy, config: Config): NodeInit {
  const listen = flags.listen ?? config.listen ?? DEFAULT_LISTEN
  const routing = routingInit({ ...flags, listen }, config, waysOf(flags, config, 'lan=server'))
  const { max, ...storage } = config.storage ?? {}

  return {
    listen,
    routing: { ...routing, peers: [...config.peers ?? [], ...flags.connect] },
    reachability: reachabilityInit(flags, config, isPublic(routing) && flags.swarmKey === ''),
    privateNetwork: privateNetworkInit(flags, config),
    store: present({ ...storage, maxStorage: flags.maxStorage ?? max }),
    bitswap: { providing: { strategy: DEFAULT_STRATEGY, ...present({ ...config.providing }), ...present({ strategy: flags.providing }) } }
  }
}

/** @param inPrivate - the way of a private network, where nobody says another */
function waysOf ({ swarmKey }: Privacy, config: Config, inPrivate: string): readonly string[] {
  return config.routing ?? (swarmKey === '' ? USUAL : [inPrivate])
}

/** @param usual - where the command line does not say how to look */
function routingInit (flags: NetworkFlags & Privacy & { listen?: readonly string[] }, config: Config, usual: readonly string[]): RoutingInit {
  const ways = parseRouting(flags.routing ?? usual)
  const { listen = [] } = flags
  const isPublicDht = ways.dht !== false && flags.swarmKey === ''

  const bootstrap = flags.bootstrap ?? config.bootstrap ?? (isPublicDht ? PUBLIC_BOOTSTRAP : [])

  return {
    ...ways,
    bootstrap,
    providers: { ...config.providers, ...providersOf(flags.provider ?? []) },
    ...present({ findTimeout: config.findTimeout }),
    ...(isOnThisMachine(listen.length > 0 ? listen : bootstrap) ? { lanDhtLoopback: true } : {}),
    ...dhtInit(config)
  }
}

/** A network of nodes on one machine, where loopback addresses are of use to all. */
function isOnThisMachine (addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every(address => /^\/(ip4\/127\.|ip6\/::1\/)/.test(address))
}

function dhtInit ({ dht = {} }: Config): Partial<RoutingInit> {
  return present({
    dhtProtocol: dht.protocol,
    dhtPrivateAddresses: dht.privateAddresses,
    lanDhtProtocol: dht.lanProtocol,
    lanDhtLoopback: dht.lanLoopback,
    dhtMaxRecords: dht.maxRecords
  })
}

/** Without what is undefined: an option that is there takes the place of its default. */
function present<T extends object> (fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** Is anything asked that is on the internet? Else nobody there need find us. */
function isPublic ({ dht, delegated = [] }: RoutingInit): boolean {
  return dht !== false || delegated.some(url => !/^https?:\/\/(127\.|localhost\b|\[::1\])/.test(url))
}

function reachabilityInit ({ announce }: ServeFlags, config: Config, isPublic: boolean): ReachabilityInit {
  const usual: ReachabilityInit = isPublic ? { upnp: true, autonat: true, relay: 'use', holePunching: true } : {}

  return { ...usual, ...present({ ...config.reachability }), ...present({ announce }) }
}

function privateNetworkInit ({ swarmKey, allowPeer }: NetworkFlags & Privacy, config: Config): PrivateNetworkInit {
  return { swarmKey, ...present({ allowPeers: allowPeer ?? config.allowPeers }) }
}

/** Of `CID=ADDRESS` each. @throws InvalidArgumentError */
export function providersOf (entries: readonly string[]): Record<string, string[]> {
  const table = new Map<string, string[]>()

  for (const entry of entries) {
    const [, cid, address] = /^([^=]+)=(.+)$/s.exec(entry) ?? []

    if (cid == null || address == null) {
      throw new InvalidArgumentError('provider', entry, 'expected CID=ADDRESS')
    }

    table.set(cid, [...table.get(cid) ?? [], address])
  }

  return Object.fromEntries(table)
}
