/**
 * Blocks that have come, in order, until the consumer of a call takes them.
 *
 * Limits: bytes up to `maxBytes`, and those of one block at the least; over it
 * only the CIDs, as the store has the blocks.
 */
import type { CID } from 'multiformats/cid'

export interface HeldBlock {
  readonly cid: CID
  /** Undefined when there was no room for them. */
  readonly bytes: Uint8Array | undefined
}

export class HeldBlocks {
  readonly #maxBytes: number
  #blocks: HeldBlock[] = []
  #bytes = 0

  constructor (maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get size (): number {
    return this.#blocks.length
  }

  get isFull (): boolean {
    return this.#bytes >= this.#maxBytes
  }

  /** Are the bytes of the next block at hand? */
  get isReady (): boolean {
    return this.#blocks[0]?.bytes != null
  }

  push (cid: CID, bytes: Uint8Array): void {
    const fits = this.#bytes + bytes.length <= this.#maxBytes || this.#blocks.length === 0

    this.#blocks.push({ cid, bytes: fits ? bytes : undefined })
    this.#bytes += fits ? bytes.length : 0
  }

  take (): HeldBlock | undefined {
    const block = this.#blocks.shift()

    this.#bytes -= block?.bytes?.length ?? 0

    return block
  }

  clear (): void {
    this.#blocks = []
    this.#bytes = 0
  }
}
