/**
 * Asks a server of the delegated routing API who has a block, and where those are
 * whom it names without an address
 * (https://specs.ipfs.tech/routing/http-routing-v1/). Finds only: the API has no
 * announcements.
 *
 * Our own, since in `@helia/delegated-routing-v1-http-api-client` 9.0.2 requests
 * that hang hold up all others (four at a time), one line that cannot be read
 * ends the answer, one address of an unknown kind drops its provider, an answer
 * has no bound, `Retry-After` is not seen, and callers of one request are aborted
 * with the first of them.
 *
 * Limits: a search takes as long as its signal lets it (`findTimeout`); as many
 * at once as are asked for; requests as in `delegated-server.ts`, and those for
 * addresses as in `address-look-ups.ts`. A server that answers one of these with
 * `Retry-After` is asked for no more until then, or for an hour.
 */
import { AddressLookUps } from './address-look-ups.ts'
import { addressesOf, providerOf } from './delegated-answer.ts'
import { DelegatedServer } from './delegated-server.ts'
import { DelegatedRoutingError } from './errors.ts'
import type { RoutingOptions } from './options.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { Clock, NamedProvider, Router } from 'ts-bitswap'

/** The longest that look-ups of addresses rest, in milliseconds. */
const MAX_REST = 3_600_000

export interface DelegatedRouterComponents {
  clock: Clock
  log: Logger
}

export class DelegatedRouter implements Router {
  readonly name: string
  readonly findTimeout: number
  readonly #server: DelegatedServer
  readonly #components: DelegatedRouterComponents
  /** On the clock: it wants to be asked for no addresses before. */
  #restUntil = -Infinity

  /** @param url - of the server, with or without `/routing/v1` */
  constructor (url: string, components: DelegatedRouterComponents, options: Pick<RoutingOptions, 'findTimeout'>) {
    this.name = url
    this.findTimeout = options.findTimeout
    this.#server = new DelegatedServer(url)
    this.#components = components
  }

  /** @throws DelegatedRoutingError */
  async * findProviders (cid: CID, { signal }: AbortOptions = {}): AsyncGenerator<NamedProvider> {
    const { clock, log } = this.#components
    const over = new AbortController()
    const searching = signal == null ? over.signal : AbortSignal.any([signal, over.signal])
    const lookUps = new AddressLookUps({
      clock,
      log,
      addressesOf: (peer, until) => this.#addressesOf(peer, until),
      mayLookUp: () => clock.now() >= this.#restUntil
    }, { findTimeout: this.findTimeout, signal: searching })

    try {
      yield * lookUps.complete(this.#providers(cid, searching))
    } finally {
      over.abort() // what is still under way
    }
  }

  async * #providers (cid: CID, signal: AbortSignal): AsyncGenerator<NamedProvider, undefined> {
    let [good, bad] = [0, 0]

    // `unknown`: those of whom it is not known what they speak (IPIP-484)
    for await (const record of this.#server.list(`/providers/${cid}?filter-protocols=unknown,transport-bitswap`, 'Providers', signal)) {
      const provider = providerOf(record)

      if (provider === null) {
        bad++
        continue
      }

      good++

      if (provider != null) {
        yield provider
      }
    }

    if (good === 0 && bad > 0) {
      throw new DelegatedRoutingError(this.name, 'answers what cannot be read')
    }
  }

  /** @throws DelegatedRoutingError */
  async * #addressesOf (peer: PeerId, signal: AbortSignal): AsyncGenerator<Multiaddr> {
    try {
      for await (const record of this.#server.list(`/peers/${peer.toCID()}`, 'Peers', signal)) {
        yield * addressesOf(peer, record)
      }
    } catch (error) {
      if (error instanceof DelegatedRoutingError && error.retryAfter != null) {
        this.#restUntil = this.#components.clock.now() + Math.min(error.retryAfter, MAX_REST)
      }

      throw error
    }
  }
}
