/**
 * Finds addresses for the providers of one search that were named without any:
 * such cannot be dialled. Who was named with addresses waits for nobody. Whoever
 * has none in the end is still named: libp2p may know better.
 *
 * Limits: of one search ten look-ups, five of them at once; each takes a quarter
 * of the time of the search, and none begins in the second half of it, so that
 * time is left to dial. Over that providers are named as they came. A peer is
 * looked up once, and 32 addresses of it are taken.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, NamedProvider } from 'ts-bitswap'

const MAX_LOOK_UPS = 10
const MAX_AT_ONCE = 5
const MAX_ADDRESSES = 32

/** Of the time of the search. */
const LOOK_UP_SHARE = 0.25
const BEGIN_SHARE = 0.5

export interface AddressLookUpsComponents {
  clock: Clock
  log: Logger
  /** Where it is, as far as that is known. */
  addressesOf: (peer: PeerId, signal: AbortSignal) => AsyncIterable<Multiaddr>
  /** May more be looked up now? */
  mayLookUp: () => boolean
}

export interface AddressLookUpsOptions {
  /** Of the whole search; milliseconds. */
  findTimeout: number
  /** Ends the search. */
  signal: AbortSignal
}

/** One search. */
export class AddressLookUps {
  readonly #components: AddressLookUpsComponents
  readonly #options: AddressLookUpsOptions
  readonly #beginUntil: number
  /** Ids that came with addresses, or are looked up: bounded as the answer is that they come in. */
  readonly #known: Set<string> = new Set()
  /** None rejects. */
  readonly #running: Set<Promise<void>> = new Set()
  /** They wait for one of the places. */
  readonly #waiting: NamedProvider[] = []
  /** To be named. */
  readonly #done: NamedProvider[] = []
  #left = MAX_LOOK_UPS
  #pulling: Promise<void> | undefined
  /** Nobody more is going to be named. */
  #ended = false
  #failure: { error: unknown } | undefined

  constructor (components: AddressLookUpsComponents, options: AddressLookUpsOptions) {
    this.#components = components
    this.#options = options
    this.#beginUntil = components.clock.now() + options.findTimeout * BEGIN_SHARE
  }

  /**
   * The same providers, each once it has addresses, or can have none. One that
   * comes again without any brings nothing new. An error of theirs comes last.
   */
  async * complete (providers: AsyncGenerator<NamedProvider, undefined>): AsyncGenerator<NamedProvider> {
    const { signal } = this.#options

    try {
      while (!this.#ended || this.#running.size > 0 || this.#done.length > 0) {
        if (this.#done.length === 0) {
          this.#pulling ??= this.#ended ? undefined : this.#pull(providers)
          await Promise.race([...this.#pulling == null ? [] : [this.#pulling], ...this.#running])
        }

        signal.throwIfAborted()
        yield * this.#done.splice(0)
      }
    } finally {
      // not waited for: it may wait itself for what only the signal ends
      providers.return(undefined).catch((error: unknown) => { this.#components.log('ending a look-up failed - %e', error) })
    }

    if (this.#failure != null) {
      throw this.#failure.error
    }
  }

  /** Never rejects. */
  async #pull (providers: AsyncGenerator<NamedProvider, undefined>): Promise<void> {
    try {
      const { done, value } = await providers.next()

      if (done === true) {
        this.#ended = true
      } else {
        this.#add(value)
      }
    } catch (error) {
      this.#failure = { error }
      this.#ended = true
    } finally {
      this.#pulling = undefined
    }
  }

  #add (provider: NamedProvider): void {
    const name = provider.id.toString()
    const isKnown = this.#known.has(name)

    this.#known.add(name)

    if (provider.multiaddrs.length > 0) {
      this.#done.push(provider)
    } else if (!isKnown && this.#left > 0) {
      this.#left--
      this.#waiting.push(provider)
      this.#begin()
    } else if (!isKnown) {
      this.#done.push(provider)
    }
  }

  #begin (): void {
    const { clock, mayLookUp } = this.#components

    while (this.#waiting.length > 0 && this.#running.size < MAX_AT_ONCE) {
      const provider = this.#waiting.shift() as NamedProvider

      if (clock.now() < this.#beginUntil && mayLookUp()) {
        this.#start(provider)
      } else {
        this.#done.push(provider)
      }
    }
  }

  #start ({ id }: NamedProvider): void {
    const looking = this.#addressesOf(id).then(multiaddrs => {
      this.#running.delete(looking)
      this.#done.push({ id, multiaddrs })
      this.#begin()
    })

    this.#running.add(looking)
  }

  /** Never rejects: what was found until then counts. */
  async #addressesOf (peer: PeerId): Promise<Multiaddr[]> {
    const { clock, log, addressesOf } = this.#components
    const { signal, findTimeout } = this.#options
    const late = new AbortController()
    const cancel = clock.timer(findTimeout * LOOK_UP_SHARE, () => { late.abort() })
    const found: Multiaddr[] = []

    try {
      for await (const address of addressesOf(peer, AbortSignal.any([signal, late.signal]))) {
        if (found.push(address) >= MAX_ADDRESSES) {
          break
        }
      }
    } catch (error) {
      log('looking for addresses of %p ended early - %e', peer, error)
    } finally {
      cancel()
    }

    return found
  }
}
