/**
 * What peers send that nobody asked them for: an account for each, in blocks and
 * in bytes, of which a little is forgiven all the time. A peer that leaves and
 * comes back finds it as it was. Pure.
 *
 * Limits: those of `Charges`.
 */
import { Charges } from '../core/charges.ts'
import type { ClientOptions } from './options.ts'

export type UnaskedOptions = Pick<ClientOptions, 'maxUnaskedBlocks' | 'maxUnaskedBytes' | 'unaskedRecovery'>

export class UnaskedBlocks {
  readonly #blocks: Charges
  readonly #bytes: Charges

  constructor ({ maxUnaskedBlocks, maxUnaskedBytes, unaskedRecovery }: UnaskedOptions) {
    this.#blocks = new Charges(maxUnaskedBlocks, unaskedRecovery)
    this.#bytes = new Charges(maxUnaskedBytes, unaskedRecovery)
  }

  /** How many peers have an account. */
  get size (): number {
    return this.#blocks.size
  }

  /** A peer sent a block of so many bytes. Has it spent more than its budget? */
  charge (peer: string, bytes: number, now: number): boolean {
    const isOverBlocks = this.#blocks.charge(peer, 1, now)

    return this.#bytes.charge(peer, bytes, now) || isOverBlocks
  }
}
