/**
 * How a node finds others, and what it tells them: checked once, read
 * everywhere. Times are milliseconds. By default it finds nobody.
 */
import { InvalidOptionError } from 'ts-bitswap/errors'
import { requireBoolean, requireCount, requirePositive } from '../option-checks.ts'
import { parsePeerAddress, parseTable } from './peer-addresses.ts'

/**
 * Which part a node takes in a DHT: `client` asks; `server` also answers, which
 * is of use if others can dial it; `auto` is `server` while it knows of a public
 * address of its own.
 */
export const DhtMode = { Client: 'client', Server: 'server', Auto: 'auto' } as const
export type DhtMode = typeof DhtMode[keyof typeof DhtMode]

export interface RoutingInit {
  /**
   * Take part in the public DHT, or in one of your own (`dhtProtocol`).
   *
   * @default false
   */
  dht?: false | DhtMode

  /**
   * Its protocol: all that speak the same are one DHT.
   *
   * @default '/ipfs/kad/1.0.0'
   */
  dhtProtocol?: string

  /**
   * Take peers into it that have no public address. For a DHT of your own: in the
   * public one they could be dialled by nobody.
   *
   * @default false
   */
  dhtPrivateAddresses?: boolean

  /**
   * Take part in the DHT of the local network: peers with private addresses only.
   *
   * @default false
   */
  lanDht?: false | DhtMode

  /**
   * Its protocol.
   *
   * @default '/ipfs/lan/kad/1.0.0'
   */
  lanDhtProtocol?: string

  /**
   * Take loopback addresses in it too: for several nodes on one machine. (Kubo:
   * `Routing.LoopbackAddressesOnLanDHT`.)
   *
   * @default false
   */
  lanDhtLoopback?: boolean

  /**
   * How long a look-up in a DHT, or an announcement, waits for the first peer of it
   * to connect; after that, a DHT without peers knows of no provider. Counted from
   * the first that met nobody.
   *
   * @default 5000
   */
  dhtPeerTimeout?: number

  /**
   * Records a DHT server keeps for others; over it those of the blocks announced
   * the longest ago are forgotten, a quarter of them at once.
   *
   * @default 65536
   */
  dhtMaxRecords?: number

  /**
   * Servers of the delegated routing API (`/routing/v1`) to ask, as URLs.
   *
   * @default []
   */
  delegated?: readonly string[]

  /**
   * Find peers on the local network, be found there, and connect.
   *
   * @default false
   */
  mdns?: boolean

  /**
   * What they are found by: only those with the same tag find each other.
   *
   * @default '_p2p._udp.local'
   */
  mdnsServiceTag?: string

  /**
   * How often it is asked who is there.
   *
   * @default 10000
   */
  mdnsInterval?: number

  /**
   * How long, from the first look-up on, a look-up waits for peers of the local
   * network to be found and asked.
   *
   * @default 3000
   */
  mdnsTimeout?: number

  /**
   * Addresses of peers to begin with: dialled at the start, and again while fewer
   * than `minPeers` are connected. Each needs its `/p2p/` part.
   *
   * @default []
   */
  bootstrap?: readonly string[]

  /**
   * With so many peers connected bootstrap peers are not dialled again.
   *
   * @default 4
   */
  minPeers?: number

  /**
   * Addresses of peers to be connected with all the time: dialled again whenever
   * they are not. Each needs its `/p2p/` part; several of one peer are tried
   * together.
   *
   * @default []
   */
  peers?: readonly string[]

  /**
   * Who has what, known beforehand: a CID to the addresses of its providers, each
   * with its `/p2p/` part. A block is the same under each CID of its hash.
   *
   * @default {}
   */
  providers?: Readonly<Record<string, readonly string[]>>

  /**
   * How long one router may take for one look-up.
   *
   * @default 10000
   */
  findTimeout?: number

  /**
   * How long one router may take to announce one block. Less than
   * `bitswap.providing.timeout`: else what others took counts as failed with it.
   *
   * @default 50000
   */
  provideTimeout?: number

  /**
   * How long one dial of a peer to be connected with may take.
   *
   * @default 10000
   */
  dialTimeout?: number

  /**
   * After how long a peer is dialled again that left, or could not be dialled;
   * doubled after each dial that leads to nothing, up to `maxReconnectDelay`, and up to a quarter longer, so
   * that not all come back to one that restarts at the same moment.
   *
   * @default 1000
   */
  reconnectDelay?: number

  /**
   * See `reconnectDelay`. Five times as long for bootstrap peers.
   *
   * @default 60000
   */
  maxReconnectDelay?: number
}

export type RoutingOptions = Readonly<Required<RoutingInit>>

export const ROUTING_DEFAULTS: RoutingOptions = Object.freeze({
  dht: false,
  dhtProtocol: '/ipfs/kad/1.0.0',
  dhtPrivateAddresses: false,
  lanDht: false,
  lanDhtProtocol: '/ipfs/lan/kad/1.0.0',
  lanDhtLoopback: false,
  dhtPeerTimeout: 5_000,
  dhtMaxRecords: 65_536,
  delegated: [],
  mdns: false,
  mdnsServiceTag: '_p2p._udp.local',
  mdnsInterval: 10_000,
  mdnsTimeout: 3_000,
  bootstrap: [],
  minPeers: 4,
  peers: [],
  providers: {},
  findTimeout: 10_000,
  provideTimeout: 50_000,
  dialTimeout: 10_000,
  reconnectDelay: 1_000,
  maxReconnectDelay: 60_000
})

const BOOLEANS = ['dhtPrivateAddresses', 'lanDhtLoopback', 'mdns'] as const
const TIMES = ['dhtPeerTimeout', 'mdnsInterval', 'mdnsTimeout', 'findTimeout', 'provideTimeout', 'dialTimeout', 'reconnectDelay', 'maxReconnectDelay'] as const
const COUNTS = ['dhtMaxRecords', 'minPeers'] as const

/** @throws InvalidOptionError */
export function resolveRoutingOptions (init: RoutingInit = {}): RoutingOptions {
  const options = { ...ROUTING_DEFAULTS, ...init }
  const unknown = Object.keys(options).find(name => !(name in ROUTING_DEFAULTS))

  requireThat('routing', unknown, unknown == null, 'of options there are')
  BOOLEANS.forEach(name => { requireBoolean(`routing.${name}`, options[name]) })
  TIMES.forEach(name => { requirePositive(`routing.${name}`, options[name]) })
  COUNTS.forEach(name => { requireCount(`routing.${name}`, options[name]) })
  checkDhts(options)
  checkAddresses(options)
  options.delegated.forEach(url => { requireThat('routing.delegated', url, isHttpUrl(url), 'http or https URLs') })
  requireThat('routing.mdnsServiceTag', options.mdnsServiceTag, typeof options.mdnsServiceTag === 'string' && options.mdnsServiceTag !== '', 'a name')

  return Object.freeze(options)
}

function checkDhts ({ dht, dhtProtocol, lanDht, lanDhtProtocol }: RoutingOptions): void {
  const modes: unknown[] = [false, ...Object.values(DhtMode)]

  requireThat('routing.dht', dht, modes.includes(dht), 'false, client, server or auto')
  requireThat('routing.lanDht', lanDht, modes.includes(lanDht), 'false, client, server or auto')
  requireThat('routing.dhtProtocol', dhtProtocol, /^\/./.test(dhtProtocol), 'a protocol, which begins with a slash')
  requireThat('routing.lanDhtProtocol', lanDhtProtocol, /^\/./.test(lanDhtProtocol), 'a protocol, which begins with a slash')
  requireThat('routing.lanDhtProtocol', lanDhtProtocol, dht === false || lanDht === false || dhtProtocol !== lanDhtProtocol, 'another than routing.dhtProtocol')
}

function checkAddresses ({ bootstrap, peers, providers }: RoutingOptions): void {
  for (const [name, addresses] of [['bootstrap', bootstrap], ['peers', peers]] as const) {
    requireThat(`routing.${name}`, addresses, Array.isArray(addresses), 'a list of addresses')
    addresses.forEach(address => { parse(`routing.${name}`, address, () => parsePeerAddress(address)) })
  }

  for (const [cid, addresses] of Object.entries(providers)) {
    parse('routing.providers', cid, () => parseTable({ [cid]: addresses }))
  }
}

function parse (option: string, value: unknown, parser: () => unknown): void {
  try {
    parser()
  } catch (error) {
    throw new InvalidOptionError(option, value, error instanceof Error ? error.message : String(error))
  }
}

function isHttpUrl (url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function requireThat (option: string, value: unknown, holds: boolean, expected: string): void {
  if (!holds) {
    throw new InvalidOptionError(option, value, expected)
  }
}
