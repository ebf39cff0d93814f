/**
 * A DHT as a router: asked by itself, not through `libp2p.contentRouting`, which
 * asks all there are and ends with the slowest.
 *
 * Both look-ups and announcements wait for the first peer, and only for a while
 * (kad-dht: until the signal aborts). An announcement that nobody was told of is an
 * error (kad-dht: none); one that somebody took counts, also when time runs out
 * before all have been told, or telling the others fails. (In Go a fifth must have
 * taken it where Kubo sweeps, and anybody in `fullrt`.)
 */
import { untilAborted } from '../until-aborted.ts'
import { firstPeer } from './dht-table.ts'
import { NoDhtPeersError } from './errors.ts'
import type { DhtTable } from './dht-table.ts'
import type { Dht } from './dht.ts'
import type { RoutingOptions } from './options.ts'
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Clock, NamedProvider, Router } from 'ts-bitswap'

export type DhtRouterOptions = Pick<RoutingOptions, 'dhtPeerTimeout' | 'findTimeout' | 'provideTimeout'>

export interface DhtRouterComponents {
  clock: Clock
  log: Logger
}

export class DhtRouter implements Router {
  readonly name: string
  readonly walks = true
  readonly findTimeout: number
  readonly provideTimeout: number
  readonly #dht: Pick<Dht, 'findProviders' | 'provide'> & { routingTable: DhtTable }
  readonly #clock: Clock
  readonly #log: Logger
  readonly #peerTimeout: number
  /** Since when, for look-ups, its table has been empty. */
  #emptySince: number | undefined

  constructor (name: string, dht: Pick<Dht, 'findProviders' | 'provide' | 'routingTable'>, { clock, log }: DhtRouterComponents, options: DhtRouterOptions) {
    this.name = name
    this.#dht = dht as typeof dht & { routingTable: DhtTable }
    this.#clock = clock
    this.#log = log
    this.#peerTimeout = options.dhtPeerTimeout
    this.findTimeout = options.findTimeout
    this.provideTimeout = options.provideTimeout
  }

  async * findProviders (cid: CID, options: AbortOptions = {}): AsyncGenerator<NamedProvider> {
    await this.#untilPeers(options.signal ?? undefined)

    for await (const event of this.#dht.findProviders(cid, options)) {
      if (event.name === 'PROVIDER') {
        yield * event.providers
      }
    }
  }

  /** @throws NoDhtPeersError when nobody could be told */
  async provide (cid: CID, options: AbortOptions = {}): Promise<void> {
    const signal = options.signal ?? undefined
    const told = { peers: 0 }

    await this.#untilPeers(signal)

    try {
      await untilAborted(this.#tell(cid, told, options), signal)
    } catch (error) {
      if (told.peers === 0 || isGivenUp(signal)) {
        throw error
      }

      this.#log('%d peers of the %s were told of %c, and no more - %e', told.peers, this.name, cid, error)
    }

    if (told.peers === 0) {
      signal?.throwIfAborted()

      throw new NoDhtPeersError(this.name)
    }
  }

  /** @param told - counts while it goes on */
  async #tell (cid: CID, told: { peers: number }, options: AbortOptions): Promise<void> {
    for await (const event of this.#dht.provide(cid, options)) {
      if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') {
        told.peers++
      }
    }
  }

  async #untilPeers (signal: AbortSignal | undefined): Promise<void> {
    const { routingTable } = this.#dht

    if (routingTable.size > 0) {
      this.#emptySince = undefined
      return
    }

    this.#emptySince ??= this.#clock.now()

    const left = this.#emptySince + this.#peerTimeout - this.#clock.now()

    if (left > 0) {
      await this.#nextPeer(routingTable, left, signal)
    }
  }

  /** Or until it has taken too long. */
  async #nextPeer (table: DhtTable, timeout: number, signal: AbortSignal | undefined): Promise<void> {
    const late = new AbortController()
    const cancel = this.#clock.timer(timeout, () => { late.abort() })

    try {
      await firstPeer(table, signal == null ? late.signal : AbortSignal.any([late.signal, signal]))
    } catch (error) {
      signal?.throwIfAborted()

      if (!late.signal.aborted) {
        throw error
      }
    } finally {
      cancel()
    }
  }
}

/** Has whoever asked lost interest, and not run out of time? */
function isGivenUp (signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !(signal.reason instanceof Error && signal.reason.name === 'TimeoutError')
}
