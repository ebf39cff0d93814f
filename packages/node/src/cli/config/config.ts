/**
 * What the config file says, checked (`schema.ts`): `config.json` in the repo,
 * or the file that `--config` names. The command line goes before it. Times are
 * milliseconds, sizes bytes; the file may write them as `22h` and `10GB`.
 */
import type { ReachabilityInit } from '../../reachability/options.ts'
import type { ProvidingInit } from 'ts-bitswap'

export interface Config {
  /** Addresses to accept peers at. */
  listen?: string[] | undefined
  /** Ways to find providers, as `--routing` takes them. */
  routing?: string[] | undefined
  /** Addresses of peers to begin with. */
  bootstrap?: string[] | undefined
  /** Addresses of peers that are kept connected. */
  peers?: string[] | undefined
  /** Who has what: addresses by CID. */
  providers?: Record<string, string[]> | undefined
  /** How long a router may take. */
  findTimeout?: number | undefined
  /** For DHTs of one's own: as the options of `RoutingInit`. */
  dht?: {
    protocol?: string | undefined
    privateAddresses?: boolean | undefined
    lanProtocol?: string | undefined
    lanLoopback?: boolean | undefined
    maxRecords?: number | undefined
  } | undefined
  /** Path of a file with the key of a private network. */
  swarmKey?: string | undefined
  /** Peer ids; nobody else is connected with. */
  allowPeers?: string[] | undefined
  /** As `ReachabilityInit`. */
  reachability?: {
    announce?: string[] | undefined
    upnp?: boolean | undefined
    autonat?: boolean | undefined
    relay?: NonNullable<ReachabilityInit['relay']> | undefined
    relayServer?: boolean | undefined
    holePunching?: boolean | undefined
  } | undefined
  /** As `ProvidingInit`. */
  providing?: {
    strategy?: NonNullable<ProvidingInit['strategy']> | undefined
    interval?: number | undefined
    workers?: number | undefined
    maxPerSecond?: number | undefined
    maxQueued?: number | undefined
  } | undefined
  /** Where `/routing/v1` is served for others, as `127.0.0.1:8190`. */
  routingServer?: string | undefined
  /** Of all blocks: the most, and the part of it from which on what is not pinned is collected. */
  storage?: {
    max?: number | undefined
    gcWatermark?: number | undefined
  } | undefined
}
