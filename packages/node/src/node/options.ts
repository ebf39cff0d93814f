/**
 * What can be set about a node and about asking peers: checked once, read
 * everywhere. Times are milliseconds, sizes bytes.
 */
import { InvalidOptionError } from 'ts-bitswap/errors'
import { requireBoolean, requireCount, requirePositive } from '../option-checks.ts'
import { GARBAGE_DEFAULTS, resolveGarbageOptions } from '../gc/options.ts'
import { PRIVATE_NETWORK_DEFAULTS, resolvePrivateNetworkOptions } from '../private-network/options.ts'
import { REACHABILITY_DEFAULTS, resolveReachabilityOptions } from '../reachability/options.ts'
import { resolveRoutingOptions, ROUTING_DEFAULTS } from '../routing/options.ts'
import { resolveStoreOptions, STORE_DEFAULTS } from '../store/options.ts'
import type { GarbageInit, GarbageOptions } from '../gc/options.ts'
import type { PrivateNetworkInit, PrivateNetworkOptions } from '../private-network/options.ts'
import type { ReachabilityInit, ReachabilityOptions } from '../reachability/options.ts'
import type { RoutingInit, RoutingOptions } from '../routing/options.ts'
import type { StoreInit, StoreOptions } from '../store/options.ts'
import type { BitswapInit } from 'ts-bitswap'

/** How a connection is encrypted. */
export const Encrypter = { Tls: 'tls', Noise: 'noise' } as const
export type Encrypter = typeof Encrypter[keyof typeof Encrypter]

export interface NodeInit {
  /**
   * Folder of the repo, created when it is not there: key and blocks are kept
   * in it. Empty: everything is kept in memory, and gone when the node stops.
   *
   * @default ''
   */
  repo?: string

  /**
   * Addresses to accept connections at. None: the node only dials.
   *
   * @default []
   */
  listen?: readonly string[]

  /**
   * The ways to encrypt a connection, the preferred one first: it is what we
   * offer when we dial; who dials us chooses among all.
   *
   * @default ['tls', 'noise']
   */
  encrypters?: readonly Encrypter[]

  /**
   * Connections kept at a time; beyond it new ones are refused.
   *
   * @default 1024
   */
  maxConnections?: number

  /**
   * New connections accepted from one host in a second; more are refused.
   *
   * @default 64
   */
  maxConnectionsPerSecond?: number

  /**
   * How often each peer is asked whether it is still there.
   *
   * @default 30000
   */
  pingInterval?: number

  /**
   * How long a peer may take to answer that before its connection counts as
   * dead. Generous, since a busy peer answers late.
   *
   * @default 60000
   */
  pingTimeout?: number

  /** How it finds others, and what it tells them; see {@link RoutingInit}. */
  routing?: RoutingInit

  /** How others reach it; see {@link ReachabilityInit}. */
  reachability?: ReachabilityInit

  /** Who may connect; see {@link PrivateNetworkInit}. */
  privateNetwork?: PrivateNetworkInit

  /** What is kept while garbage is collected; see {@link GarbageInit}. */
  garbage?: GarbageInit

  /** The block store; see {@link StoreInit}. */
  store?: StoreInit

  /**
   * The exchange itself; see `BitswapInit`. Without a `server.receiptStore` receipts
   * are kept in the repo, without a `providing.store` what is to be announced, and
   * without `providing.keys` its blocks or pins are announced again, by the strategy.
   */
  bitswap?: BitswapInit
}

export interface NodeOptions extends Readonly<Required<NodeInit>> {
  readonly routing: RoutingOptions
  readonly reachability: ReachabilityOptions
  readonly privateNetwork: PrivateNetworkOptions
  readonly garbage: GarbageOptions
  readonly store: StoreOptions
}

export const NODE_DEFAULTS: NodeOptions = Object.freeze({
  repo: '',
  listen: [],
  encrypters: [Encrypter.Tls, Encrypter.Noise],
  maxConnections: 1_024,
  maxConnectionsPerSecond: 64,
  pingInterval: 30_000,
  pingTimeout: 60_000,
  routing: ROUTING_DEFAULTS,
  reachability: REACHABILITY_DEFAULTS,
  privateNetwork: PRIVATE_NETWORK_DEFAULTS,
  garbage: GARBAGE_DEFAULTS,
  store: STORE_DEFAULTS,
  bitswap: {}
})

export function resolveNodeOptions (init: NodeInit = {}): NodeOptions {
  const options: NodeOptions = {
    ...NODE_DEFAULTS,
    ...init,
    routing: resolveRoutingOptions(init.routing),
    reachability: resolveReachabilityOptions(init.reachability),
    privateNetwork: resolvePrivateNetworkOptions(init.privateNetwork),
    garbage: resolveGarbageOptions(init.garbage),
    store: resolveStoreOptions(init.store)
  }
  const known: readonly string[] = Object.values(Encrypter)

  if (typeof options.repo !== 'string') {
    throw new InvalidOptionError('node.repo', options.repo, 'a path')
  }

  if (!Array.isArray(options.listen)) {
    throw new InvalidOptionError('node.listen', options.listen, 'a list of addresses')
  }

  if (options.encrypters.length === 0 || options.encrypters.some(name => !known.includes(name))) {
    throw new InvalidOptionError('node.encrypters', options.encrypters, `some of ${known.join(', ')}`)
  }

  requireCount('node.maxConnections', options.maxConnections)
  requireCount('node.maxConnectionsPerSecond', options.maxConnectionsPerSecond)
  requirePositive('node.pingInterval', options.pingInterval)
  requirePositive('node.pingTimeout', options.pingTimeout)

  return Object.freeze(options)
}

export interface PeerSourceInit {
  /**
   * How long nothing may come while something is asked for.
   *
   * @default 30000
   */
  timeout?: number

  /**
   * How long nothing may come before {@link PeerSourceInit.onSlow} is told. Of no
   * use from `timeout` on.
   *
   * @default 5000
   */
  slowAfter?: number

  /**
   * Told, each time that nothing comes for so long, what is waited for: who was
   * asked, what they said, and what comes next, in words.
   *
   * @default tellNobody
   */
  onSlow?: (message: string) => void

  /**
   * Go on asking when every peer said that it lacks a block, until the timeout:
   * one of them may get it.
   *
   * @default false
   */
  wait?: boolean

  /**
   * A larger block is refused with `BlockTooLargeError`.
   *
   * @default 2097152
   */
  maxBlockSize?: number
}

export type PeerSourceOptions = Readonly<Required<PeerSourceInit>>

export const PEER_SOURCE_DEFAULTS: PeerSourceOptions = Object.freeze({
  timeout: 30_000,
  slowAfter: 5_000,
  onSlow: tellNobody,
  wait: false,
  maxBlockSize: 2_097_152
})

function tellNobody (): void {}

export function resolvePeerSourceOptions (init: PeerSourceInit = {}): PeerSourceOptions {
  const options = { ...PEER_SOURCE_DEFAULTS, ...init }

  requirePositive('peerSource.timeout', options.timeout)
  requirePositive('peerSource.slowAfter', options.slowAfter)
  requireBoolean('peerSource.wait', options.wait)
  requireCount('peerSource.maxBlockSize', options.maxBlockSize)

  return Object.freeze(options)
}
