/**
 * What one call of `getBlocks` that fails fast could not have, until it ends.
 *
 * Limits: the constants below. Over them blocks are counted but not named, and
 * peers left out: the input may go on for ever.
 */
import type { CID } from 'multiformats/cid'
import { BlockUnavailableError } from '../errors.ts'
import type { UnavailableReason } from '../errors.ts'

/** Blocks that are named. Each takes some 400 bytes. */
export const MAX_NAMED: number = 64 * 1024

/** Peers whose reasons are kept, of each the last. */
export const MAX_REASONS = 4096

export class MissingBlocks {
  readonly #named: CID[] = []
  readonly #reasons: Map<string, UnavailableReason> = new Map()
  #count = 0

  add ({ cid, reasons }: BlockUnavailableError): void {
    this.#count++

    if (this.#named.length < MAX_NAMED) {
      this.#named.push(cid)
    }

    for (const [peer, reason] of reasons) {
      if (this.#reasons.size < MAX_REASONS || this.#reasons.has(peer)) {
        this.#reasons.set(peer, reason)
      }
    }
  }

  /** What the call ends with; undefined when nothing is missing. */
  get error (): BlockUnavailableError | undefined {
    const [first] = this.#named

    return first == null ? undefined : new BlockUnavailableError(first, this.#reasons, { missing: this.#named, missingCount: this.#count })
  }
}
