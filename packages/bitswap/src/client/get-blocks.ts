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
 * A generator but for two things: `return` also ends a `next` that waits, where one
 * written as a function would answer it only when that has its block, perhaps
 * never; and a block that is here costs one promise, not four.
 */
class Blocks implements AsyncGenerator<Block> {
  readonly #begin: () => BlockStream
  #stream: BlockStream | undefined
  #isOver = false
  /** Settled when the last call is answered that had to wait; never rejects. */
  #pending: Promise<void> | undefined

  /** @param begin - throws what the first `next` is to reject with */
  constructor (begin: () => BlockStream) {
    this.#begin = begin
  }

  /** Whoever calls again before the last call is answered waits in line. */
  next (): Promise<IteratorResult<Block>> {
    if (this.#pending != null) {
      return this.#inLine(this.#pending.then(() => this.#take()))
    }

    const taken = this.#take()

    return taken instanceof Promise ? this.#inLine(taken) : Promise.resolve(taken)
  }

  return (value?: unknown): Promise<IteratorResult<Block>> {
    this.#end()

    return this.#inLine(this.#returned(value, this.#pending))
  }

  async throw (error: unknown): Promise<IteratorResult<Block>> {
    await this.return()

    throw error
  }

  [Symbol.asyncIterator] (): this {
    return this
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.return()
  }

  /** At once where the block is here. Only one at a time. */
  #take (): IteratorResult<Block> | Promise<IteratorResult<Block>> {
    if (this.#isOver) {
      return DONE
    }

    try {
      const next = this.#started().next()

      return next instanceof Promise ? this.#answer(next) : { done: false, value: next }
    } catch (error) {
      this.#end()

      return Promise.reject(error)
    }
  }

  #started (): BlockStream {
    if (this.#stream == null) {
      this.#stream = this.#begin()
      this.#stream.start()
    }

    return this.#stream
  }

  async #answer (next: Promise<Block | undefined>): Promise<IteratorResult<Block>> {
    try {
      const value = await next

      if (value != null) {
        return { done: false, value }
      }
    } catch (error) {
      this.#end()

      throw error
    }

    this.#end()

    return DONE
  }

  async #returned (value: unknown, before: Promise<void> | undefined): Promise<IteratorResult<Block>> {
    await before

    return { done: true, value: await value }
  }

  #inLine<T> (answer: Promise<T>): Promise<T> {
    const pending: Promise<void> = answer.then(() => { this.#answered(pending) }, () => { this.#answered(pending) })

    this.#pending = pending

    return answer
  }

  #answered (pending: Promise<void>): void {
    if (this.#pending === pending) {
      this.#pending = undefined
    }
  }

  #end (): void {
    this.#isOver = true
    this.#stream?.end()
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }
