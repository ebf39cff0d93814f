/**
 * How much room the blocks take, against how much they may. Pure arithmetic on
 * what is stored and removed; the counting at the beginning is handed in.
 *
 * A place is taken before a block is written and given back when that fails, so
 * that writes beside each other cannot go over the limit together.
 */
import { RepoFullError } from '../errors.ts'

export interface Usage {
  /** Bytes of the blocks. */
  bytes: number
  blocks: number
}

export class Space {
  readonly #path: string
  readonly #limit: number
  readonly #watermark: number
  readonly #listeners: Set<() => void> = new Set()
  #bytes: number
  #blocks: number
  /** Where listeners are told next. */
  #threshold: number

  /**
   * @param limits - bytes the blocks may take, and from how many of them on listeners are told
   */
  constructor (path: string, { bytes, blocks }: Usage, limits: { limit: number, watermark: number }) {
    this.#path = path
    this.#bytes = bytes
    this.#blocks = blocks
    this.#limit = limits.limit
    this.#watermark = limits.watermark
    this.#threshold = limits.watermark
  }

  get usage (): Usage {
    return { bytes: this.#bytes, blocks: this.#blocks }
  }

  /**
   * Tells that the watermark is reached: again when half of what was left then is
   * used, and anew after it was below. And of each block that is refused: it may
   * have been full from the beginning.
   */
  onOverWatermark (listener: () => void): () => void {
    this.#listeners.add(listener)

    return () => { this.#listeners.delete(listener) }
  }

  /**
   * Takes the place for a block, in place of one of `before` bytes; undefined when
   * there was none.
   *
   * @throws RepoFullError
   */
  take (size: number, before: number | undefined): void {
    const growth = size - (before ?? 0)

    if (growth > 0 && this.#bytes + growth > this.#limit) {
      this.#tell()

      throw new RepoFullError(this.#path, { limit: this.#limit, size: this.#bytes, needed: growth })
    }

    this.#bytes += growth
    this.#blocks += before == null ? 1 : 0
  }

  /** Undoes {@link take}: the block was not written. */
  giveBack (size: number, before: number | undefined): void {
    this.#bytes -= size - (before ?? 0)
    this.#blocks -= before == null ? 1 : 0
  }

  /** A block is written: now is the time to tell. */
  written (): void {
    if (this.#bytes >= this.#threshold) {
      this.#threshold = this.#bytes + (this.#limit - this.#bytes) / 2
      this.#tell()
    }
  }

  removed (size: number): void {
    this.#bytes -= size
    this.#blocks--

    if (this.#bytes < this.#watermark) {
      this.#threshold = this.#watermark
    }
  }

  #tell (): void {
    this.#listeners.forEach(listener => { listener() })
  }
}
