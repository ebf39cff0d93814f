/**
 * The four protocol ids as this network says them, with the prefix, and their
 * handlers at libp2p: all of them, or none.
 *
 * Not for: what happens on the streams.
 *
 * Limits: four ids.
 */
import type { StreamHandler, StreamHandlerOptions } from '@libp2p/interface'
import type { Host } from './host.ts'
import { PROTOCOLS } from './protocols.ts'
import type { BitswapProtocol } from './protocols.ts'

export class RegisteredProtocols {
  readonly #host: Pick<Host, 'handle' | 'unhandle'>
  /** By the id on the wire; best first. */
  readonly #protocols: ReadonlyMap<string, BitswapProtocol>
  /** Ids whose handler is ours, and not somebody else's. */
  readonly #handled: Set<string> = new Set()

  constructor (host: Pick<Host, 'handle' | 'unhandle'>, prefix: string) {
    this.#host = host
    this.#protocols = new Map(PROTOCOLS.map(protocol => [`${prefix}${protocol}`, protocol]))
  }

  /** Which of ours an id stands for, if any. */
  protocolOf (id: string): BitswapProtocol | undefined {
    return this.#protocols.get(id)
  }

  /** Those of ours among the ids a peer says it speaks, best first. */
  among (ids: readonly string[]): BitswapProtocol[] {
    return [...this.#protocols].filter(([id]) => ids.includes(id)).map(([, protocol]) => protocol)
  }

  /** All ids in the order to ask for them: what the peer is known to speak, then the rest; best first in each. */
  offer (known: readonly BitswapProtocol[]): string[] {
    const entries = [...this.#protocols]

    return [
      ...entries.filter(([, protocol]) => known.includes(protocol)),
      ...entries.filter(([, protocol]) => !known.includes(protocol))
    ].map(([id]) => id)
  }

  /**
   * The handlers are in place when the call returns; it resolves when libp2p
   * has told others. After a rejection some may be: {@link unregister}.
   *
   * @throws DuplicateProtocolHandlerError (libp2p's) when this libp2p has a Bitswap already; its handlers stay
   */
  async register (handler: StreamHandler, options: StreamHandlerOptions): Promise<void> {
    const results = await Promise.allSettled([...this.#protocols.keys()].map(async id => {
      this.#handled.add(id)

      try {
        await this.#host.handle(id, handler, options)
      } catch (error) {
        if (error instanceof Error && error.name === 'DuplicateProtocolHandlerError') {
          this.#handled.delete(id)
        }

        throw error
      }
    }))

    const failed = results.find(result => result.status === 'rejected')

    if (failed != null) {
      throw failed.reason
    }
  }

  /** Takes the handlers back; they are gone when the call returns. Resolves to what failed in telling others. */
  async unregister (): Promise<unknown[]> {
    const handled = [...this.#handled]
    this.#handled.clear()

    const results = await Promise.allSettled(handled.map(async id => { await this.#host.unhandle(id) }))

    return results.filter(result => result.status === 'rejected').map(({ reason }) => reason as unknown)
  }
}
