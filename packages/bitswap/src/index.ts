/**
 * Bitswap, the block exchange of IPFS, on js-libp2p.
 *
 * @example
 *
 * ```ts
 * import { createBitswap } from 'ts-bitswap'
 *
 * const bitswap = createBitswap({ libp2p, blockstore })
 * await bitswap.start()
 *
 * const bytes = await bitswap.getBlock(cid, { signal: AbortSignal.timeout(30_000) })
 * ```
 *
 * For: fetching blocks from peers and serving them. Not for: files, pinning,
 * finding peers: bring a block store, and a routing if there is one.
 */
import type { ComponentLogger, Metrics, PeerId } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { Bitswap, BitswapComponents, BitswapRouting } from './api.ts'
import { Exchange } from './bitswap.ts'
import { systemClock } from './core/clock.ts'
import type { Clock } from './core/clock.ts'
import { withDefaultHashers } from './message/hashers.ts'
import type { HasherLoader } from './message/hashers.ts'
import { registerMetrics } from './metrics.ts'
import { hostFromComponents, hostFromLibp2p } from './network/host.ts'
import type { Host, HostComponents } from './network/host.ts'
import { Libp2pNetwork } from './network/libp2p-network.ts'
import { resolveOptions } from './options.ts'
import type { BitswapInit } from './options.ts'
import type { Providing } from './providing/providing.ts'
import { CombinedRouting } from './routing/combined-routing.ts'
import { resolveRoutersOptions } from './routing/options.ts'
import type { RoutersInit } from './routing/options.ts'
import type { Router } from './routing/router.ts'

export type * from './api.ts'
export type * from './events.ts'
export * from './errors.ts'
export { WantType } from './message/message.ts'
export type { BitswapInit } from './options.ts'
export type { DurationSummary } from './core/durations.ts'
export type { ClientInit } from './client/options.ts'
export type { MessengerStats } from './network/messenger-stats.ts'
export type { NetworkInit } from './network/options.ts'
export { BitswapProtocol } from './network/protocols.ts'
export type { ProvideKeys, ProvidingInit } from './providing/options.ts'
export type { ProvideStat } from './providing/provide-stat.ts'
export { ProvideKind } from './providing/provide-store.ts'
export type { ProvideChange, ProvideStore, SavedProvide, SavedProvides, SavedSweep } from './providing/provide-store.ts'
export { FairSchedule } from './server/fair-schedule.ts'
export type { Schedule } from './server/fair-schedule.ts'
export type { RequestFilter, ServerInit, ServerUpdate } from './server/options.ts'
export type { ReceiptStore, SavedReceipt } from './server/receipt-store.ts'
export type { ServerStat } from './server/server-stat.ts'
export { systemClock } from './core/clock.ts'
export type { Cancel, Clock } from './core/clock.ts'
export type { CombinedRouting } from './routing/combined-routing.ts'
export type { RoutersInit } from './routing/options.ts'
export type { NamedProvider, Router, RouterStat } from './routing/router.ts'

/** Components that libp2p hands to a service, as far as they are used. */
export interface Libp2pComponents extends HostComponents {
  logger: ComponentLogger
  metrics?: Metrics
}

export interface BitswapServiceInit extends BitswapInit {
  blockstore: Blockstore
  routing?: BitswapRouting
  getHasher?: HasherLoader
}

/**
 * Bitswap on a libp2p node, which needs the identify service. Not started; it
 * may be started before libp2p is, and again after it was stopped.
 *
 * @throws InvalidOptionError
 */
export function createBitswap (components: BitswapComponents, init?: BitswapInit): Bitswap {
  return create({ ...components, logger: components.logger ?? components.libp2p.logger, host: hostFromLibp2p(components.libp2p) }, init)
}

/**
 * Bitswap as a service of libp2p, started and stopped with it.
 *
 * @example
 *
 * ```ts
 * const libp2p = await createLibp2p({ services: { identify: identify(), bitswap: bitswap({ blockstore }) } })
 *
 * await libp2p.services.bitswap.getBlock(cid)
 * ```
 *
 * @throws InvalidOptionError
 */
export function bitswap ({ blockstore, routing, getHasher, ...init }: BitswapServiceInit): (components: Libp2pComponents) => Bitswap {
  resolveOptions(init)

  return components => create({
    blockstore,
    logger: components.logger,
    host: hostFromComponents(components),
    ...routing == null ? {} : { routing },
    ...getHasher == null ? {} : { getHasher },
    ...components.metrics == null ? {} : { metrics: components.metrics }
  }, init)
}

export interface CombineRoutersComponents {
  logger: ComponentLogger
  /** Ourselves: never named as a provider. */
  peerId?: PeerId
  /** @default the time of the machine */
  clock?: Clock
}

/**
 * Several routers as one, to be handed to `createBitswap` as its `routing`. All
 * are asked at once; one that hangs, fails or lies holds up no other. It has no
 * `findProviders` when none of them has one, and no `provide`.
 *
 * @example
 *
 * ```ts
 * const routing = combineRouters([{ name: 'mine', findProviders: findMine }, { name: 'other', findProviders: findOther }], {}, libp2p)
 * const bitswap = createBitswap({ libp2p, blockstore, routing })
 * ```
 *
 * @throws InvalidOptionError
 */
export function combineRouters (routers: readonly Router[], init: RoutersInit | undefined, components: CombineRoutersComponents): CombinedRouting {
  const { logger, peerId, clock = systemClock } = components

  return new CombinedRouting(routers, { clock, log: logger.forComponent('bitswap:routing'), self: peerId }, resolveRoutersOptions(init))
}

interface Parts extends Pick<BitswapComponents, 'blockstore' | 'routing' | 'metrics' | 'getHasher'> {
  host: Host
  logger: ComponentLogger
}

function create (parts: Parts, init: BitswapInit | undefined): Bitswap {
  const { host, blockstore, routing, logger, metrics, getHasher } = parts
  const options = resolveOptions(init)
  const clock = systemClock
  const network = new Libp2pNetwork({ host, clock, logger }, options.network)
  const exchange = new Exchange({ network, blockstore, routing, logger, getHasher: withDefaultHashers(getHasher), loadProviding, clock }, options)

  if (metrics != null) {
    registerMetrics(metrics, () => exchange.stat(), clock)
  }

  return exchange
}

/** Few apps in browsers announce anything: a bundler that splits puts it into no file that all of them fetch. */
async function loadProviding (): Promise<typeof Providing> {
  return (await import('./providing/providing.ts')).Providing
}
