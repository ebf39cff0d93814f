/**
 * Asks routing who has a block, and connects to those it names. Bounded in
 * searches at once, in time and in providers; the rest wait in line. Dials are
 * at most `maxSearches` times `maxProviders`. A router that hangs and ignores its
 * signal holds up nothing: it is left behind, and so is one that goes on naming
 * who is passed over. Those that cannot be dialled are not dialled again at once,
 * but for other addresses that the same search brings; those that are connected
 * and lack the block are not counted, so that the next search comes to others.
 *
 * Not for: when to search (`want-looking.ts`).
 */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from '../api.ts'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import type { ClientOptions } from './options.ts'
import { Unreachable } from './unreachable.ts'

export interface ProviderSearchComponents {
  routing: Required<Pick<BitswapRouting, 'findProviders'>>
  network: { readonly self: PeerId, connect (target: PeerId | Multiaddr[], options?: AbortOptions): Promise<PeerId> }
  clock: Clock
  log: Logger
}

export interface SearchListener {
  /** It is connected and speaks Bitswap. */
  found (peer: PeerId): void
  /** It is connected and has said that it lacks the block: then it is found without a dial, and takes nobody's place. */
  lacks (peer: PeerId): boolean
  /** It could not be reached in time, speaks no Bitswap, or was not dialled as that had failed just before. */
  unreachable (peer: PeerId): void
  /** Called once, last; not after `cancel`. */
  ended (): void
}

interface Named {
  id: PeerId
  multiaddrs: Multiaddr[]
}

/** A provider that was named in a search. */
interface Seen {
  /** Those that were dialled. */
  addresses: Set<string>
  /** Others of it are worth a dial: it is not reached yet. */
  again: boolean
}

/** So many providers for each that is dialled may be named before a search ends: the same again, or such as are not dialled. */
const MAX_PASSED_OVER = 10

interface Search {
  cid: CID
  listener: SearchListener
  abort: AbortController
}

export class ProviderSearch {
  readonly #components: ProviderSearchComponents
  readonly #options: ClientOptions
  readonly #searches: Map<string, Search> = new Map()
  /** Keys of searches that wait for one of `maxSearches` places; at most one for each want. */
  readonly #waiting: Set<string> = new Set()
  readonly #unreachable: Unreachable = new Unreachable()

  constructor (components: ProviderSearchComponents, options: ClientOptions) {
    this.#components = components
    this.#options = options
  }

  /** Wants that routing is asked for, or is going to be. */
  get size (): number {
    return this.#searches.size
  }

  /** Searches that do not wait in line. */
  get running (): number {
    return this.#searches.size - this.#waiting.size
  }

  has (key: string): boolean {
    return this.#searches.has(key)
  }

  start (key: string, cid: CID, listener: SearchListener): void {
    this.#searches.set(key, { cid, listener, abort: new AbortController() })
    this.#waiting.add(key)
    this.#startNext()
  }

  /** Nobody wants it any more. */
  cancel (key: string): void {
    this.#waiting.delete(key)
    this.#searches.get(key)?.abort.abort()
    this.#searches.delete(key)
  }

  /** It may be dialled again at once when it has left. */
  peerConnected (peer: PeerId): void {
    this.#unreachable.reached(peer.toString())
  }

  stop (): void {
    for (const key of [...this.#searches.keys()]) {
      this.cancel(key)
    }
  }

  #startNext (): void {
    for (const key of this.#waiting) {
      if (this.running >= this.#options.maxSearches) {
        return
      }

      const search = this.#searches.get(key)
      this.#waiting.delete(key)

      if (search != null) {
        detach(this.#run(key, search), this.#components.log, 'provider search')
      }
    }
  }

  async #run (key: string, search: Search): Promise<void> {
    const { clock, log } = this.#components
    const timeout = timeoutSignal(clock, this.#options.searchTimeout, search.abort.signal)

    try {
      await this.#dialProviders(search, timeout.signal)
    } catch (error) {
      if (!search.abort.signal.aborted) {
        log('provider search for %c ended early - %e', search.cid, error)
      }
    } finally {
      timeout.clear()
    }

    if (this.#searches.get(key) === search) {
      this.#searches.delete(key)
      search.listener.ended()
    }

    this.#startNext()
  }

  async #dialProviders (search: Search, signal: AbortSignal): Promise<void> {
    const { routing, network } = this.#components
    const { maxProviders } = this.#options
    const providers = routing.findProviders(search.cid, { signal })[Symbol.asyncIterator]()
    const seen = new Map<string, Seen>([[network.self.toString(), { addresses: new Set(), again: false }]])
    const dials: Array<Promise<void>> = []
    let left = maxProviders * MAX_PASSED_OVER

    try {
      while (dials.length < maxProviders && left > 0) {
        const next = await raceSignal(Promise.resolve(providers.next()), signal)

        if (next.done === true) {
          break
        }

        const dial = this.#named(search, next.value, seen, signal)
        left--

        if (dial != null) {
          dials.push(dial)
        }
      }
    } finally {
      // not waited for: a router that hangs would never answer
      detach(Promise.resolve(providers.return?.()), this.#components.log, 'ending a provider search')
      await Promise.all(dials)
    }
  }

  /** Undefined when it is not dialled: it is known, or left alone. */
  #named (search: Search, { id, multiaddrs }: Named, seen: Map<string, Seen>, signal: AbortSignal): Promise<void> | undefined {
    const name = id.toString()
    const before = seen.get(name)

    if (before == null && this.#unreachable.has(name, this.#components.clock.now())) {
      seen.set(name, { addresses: new Set(), again: false })
      search.listener.unreachable(id)

      return undefined
    }

    if (before == null && search.listener.lacks(id)) {
      seen.set(name, { addresses: new Set(), again: false })
      search.listener.found(id)

      return undefined
    }

    const provider = before ?? { addresses: new Set<string>(), again: true }
    const news = multiaddrs.filter(address => !provider.addresses.has(address.toString()))

    if (before != null && (!before.again || news.length === 0)) {
      return undefined
    }

    seen.set(name, provider)
    news.forEach(address => provider.addresses.add(address.toString()))

    return this.#dial(search, { id, multiaddrs: news }, provider, signal)
  }

  /** Never rejects: a provider that cannot be reached is passed over. */
  async #dial (search: Search, provider: Named, seen: Seen, signal: AbortSignal): Promise<void> {
    const { network, clock, log } = this.#components

    try {
      const target = provider.multiaddrs.length > 0 ? provider.multiaddrs.map(address => withPeerId(address, provider.id)) : provider.id
      const peer = await raceSignal(network.connect(target, { signal }), signal)
      this.#unreachable.reached(peer.toString())

      if (!search.abort.signal.aborted && seen.again) {
        seen.again = false
        search.listener.found(peer)
      }
    } catch (error) {
      if (!search.abort.signal.aborted && seen.again) {
        this.#unreachable.failed(provider.id.toString(), clock.now())
        search.listener.unreachable(provider.id)
      }

      log('provider %p could not be reached - %e', provider.id, error)
    }
  }
}

/** Whoever answers there must be the provider that was named, behind a relay too. */
function withPeerId (address: Multiaddr, peer: PeerId): Multiaddr {
  return address.getComponents().at(-1)?.name === 'p2p' ? address : address.encapsulate(`/p2p/${peer.toString()}`)
}
