/**
 * Reads the blocks of a walk. Who waits for the first bytes of a file waits for
 * one block after the other, down to the first that links to nothing; while one of
 * them is made sense of, the next may be under way already.
 *
 * Bound: one block that was asked for and has not had its turn.
 */
import type { CID } from 'multiformats/cid'
import type { Step, Walk } from './walk.ts'

export class WalkReads<S extends Step> {
  readonly #walk: Pick<Walk<S, unknown>, 'read' | 'firstLink'>
  readonly #signal: AbortSignal
  #early: { cid: CID, bytes: Promise<Uint8Array> } | undefined

  constructor (walk: Pick<Walk<S, unknown>, 'read' | 'firstLink'>, signal: AbortSignal) {
    this.#walk = walk
    this.#signal = signal
  }

  async read (step: S): Promise<Uint8Array> {
    const early = this.#early

    if (early?.cid.equals(step.cid) !== true) {
      return await this.#walk.read(step, this.#signal)
    }

    this.#early = undefined

    return await early.bytes
  }

  /** Asks for the first that a block links to. False when that cannot be told. */
  askOn (step: S, bytes: Uint8Array): boolean {
    const cid = this.#walk.firstLink?.(step, bytes)

    if (cid == null) {
      return false
    }

    const early = this.#walk.read({ ...step, cid }, this.#signal)

    early.catch(() => undefined) // told when it is its turn
    this.#early = { cid, bytes: early }

    return true
  }
}
