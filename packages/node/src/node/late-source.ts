/**
 * Blocks from the repo, and from peers once one is missing: what is needed to
 * reach them is begun with at the first block that is not here. Who has it all
 * never talks to a network.
 */
import { BlockMissingError, CorruptBlockError } from '../errors.ts'
import type { BlockSource } from './block-source.ts'
import type { CID } from 'multiformats/cid'

export class LateSource implements BlockSource {
  readonly #local: BlockSource
  readonly #open: () => Promise<BlockSource>
  #peers: Promise<BlockSource> | undefined

  /** @param open - called once at the most; what it fails with is what every read fails with */
  constructor (local: BlockSource, open: () => Promise<BlockSource>) {
    this.#local = local
    this.#open = open
  }

  /** @throws what the opened source does */
  async read (cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#peers == null) {
      try {
        return await this.#local.read(cid, signal)
      } catch (error) {
        if (!(error instanceof BlockMissingError || error instanceof CorruptBlockError)) {
          throw error
        }
      }
    }

    return await (await this.#opened()).read(cid, signal)
  }

  /** Closes neither: whoever opened them does. */
  close (): void {}

  async #opened (): Promise<BlockSource> {
    this.#peers ??= this.#open()

    return await this.#peers
  }
}
