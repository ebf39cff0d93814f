/**
 * Reads the blocks of a walk. Who waits for the first bytes of a file waits for
 * one block after the other, down to the first that links to nothing; while one of
 * them is made sense of, the next may be under way already.
 *
 * Bound: one block more than the walk asks for ahead.
 */
import type { CID } from 'multiformats/cid'
import type { Step, Walk } from './walk.ts'

interface Early {
  cid: CID
  bytes: Promise<Uint8Array>
  end: AbortController
}

export class WalkReads<S extends Step> {
  readonly #walk: Pick<Walk<S, unknown>, 'read' | 'firstLink'>
  readonly #signal: AbortSignal
  #early: Early | undefined

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
    const cid = this.#signal.aborted ? undefined : this.#walk.firstLink?.(step, bytes)

    if (cid == null) {
      return false
    }

    const end = new AbortController()
    const early = { cid, end, bytes: this.#begin({ ...step, cid }, AbortSignal.any([this.#signal, end.signal])) }

    early.bytes.catch(() => undefined) // told when it is its turn
    this.#early = early

    return true
  }

  /** What comes first after a block that was made sense of: was something else asked for, it is needed no more. */
  unfolded (first: S | undefined): void {
    if (this.#early != null && first?.cid.equals(this.#early.cid) !== true) {
      this.#early.end.abort(new Error('the block is not linked to'))
      this.#early = undefined
    }
  }

  /** What it throws at once it rejects with. */
  async #begin (step: S, signal: AbortSignal): Promise<Uint8Array> {
    return await this.#walk.read(step, signal)
  }
}
