/**
 * Many blocks for one caller, as they come, with back-pressure: CIDs are taken
 * from the input only so far ahead of the consumer, and blocks it has not taken
 * yet are held in memory only up to a limit; over it they are read from the
 * store again when their turn comes. `block-stream.ts` does the work; this is
 * what the consumer holds.
 */
import type { CID } from 'multiformats/cid'
import type { Block } from '../api.ts'
import { BlockStream } from './block-stream.ts'
import type { Retrieval, Retrievals } from './retrievals.ts'

/**
 * Nothing happens before the first `next`. Leaving the loop early, or an error,
 * cancels what has not come.
 *
 * @param begin - called at the first `next`; what it throws the caller gets
 * @throws what the input throws, `signal.reason`, and all that `getBlock` does
 */
export function getBlocks (retrievals: Retrievals, cids: Iterable<CID> | AsyncIterable<CID>, begin: () => Retrieval): AsyncGenerator<Block> {
  return new Blocks(() => {
    const input = iteratorOf(cids) // throws, of what is none, before anything has begun

    return new BlockStream(retrievals, begin(), input)
  })
}

function iteratorOf (cids: Iterable<CID> | AsyncIterable<CID>): Iterator<CID> | AsyncIterator<CID> {
  return Symbol.asyncIterator in cids ? cids[Symbol.asyncIterator]() : cids[Symbol.iterator]()
}

/**
 * A generator whose `return` also ends a `next` that waits: one written as a
 * function would answer it only when that has its block, perhaps never.
 */
class Blocks implements AsyncGenerator<Block> {
  readonly #begin: () => BlockStream
  readonly #blocks: AsyncGenerator<Block>
  #stream: BlockStream | undefined

  constructor (begin: () => BlockStream) {
    this.#begin = begin
    this.#blocks = this.#run()
  }

  async next (): Promise<IteratorResult<Block>> {
    return this.#blocks.next()
  }

  async return (value?: unknown): Promise<IteratorResult<Block>> {
    this.#stream?.end()

    return this.#blocks.return(value)
  }

  async throw (error: unknown): Promise<IteratorResult<Block>> {
    this.#stream?.end()

    return this.#blocks.throw(error)
  }

  [Symbol.asyncIterator] (): this {
    return this
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.return()
  }

  async * #run (): AsyncGenerator<Block> {
    const stream = this.#begin()
    this.#stream = stream

    try {
      stream.start()

      for (let block = await stream.next(); block != null; block = await stream.next()) {
        yield block
      }
    } finally {
      stream.end()
    }
  }
}
