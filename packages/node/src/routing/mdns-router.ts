/**
 * The local network as a router: it names nobody, since who is found there is
 * connected with and asked like every peer, but a look-up is not over before
 * those who are there have had the time to answer. Counted from the first look-up.
 */
import { pause } from './pause.ts'
import type { RoutingOptions } from './options.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Clock, NamedProvider, Router } from 'ts-bitswap'

export class MdnsRouter implements Router {
  readonly name = 'mdns'
  readonly findTimeout: number
  readonly #clock: Clock
  readonly #timeout: number
  #since: number | undefined

  constructor (clock: Clock, options: Pick<RoutingOptions, 'mdnsTimeout'>) {
    this.#clock = clock
    this.#timeout = options.mdnsTimeout
    this.findTimeout = options.mdnsTimeout + 1_000
  }

  async * findProviders (_cid: CID, options: AbortOptions = {}): AsyncGenerator<NamedProvider> {
    await this.#untilFound(options.signal ?? undefined)
    yield * []
  }

  async #untilFound (signal: AbortSignal | undefined): Promise<void> {
    this.#since ??= this.#clock.now()

    const left = this.#since + this.#timeout - this.#clock.now()

    if (left > 0) {
      await pause(this.#clock, left, signal)
    }
  }
}
