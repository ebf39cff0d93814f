/**
 * Many blocks for one caller, as they come, with back-pressure: CIDs are taken
 * from the input only so far ahead of the consumer, and blocks it has not taken
 * yet are held in memory only up to a limit; over it they are read from the
 * store again when their turn comes.
 */
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import type { Block, GetOptions } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import { BlockUnavailableError } from '../errors.ts'
import type { UnavailableReason } from '../errors.ts'
import { checkSize } from './get-block.ts'
import type { GetDefaults, Retrievals } from './retrievals.ts'
import type { SessionState } from './session-state.ts'
import type { Waiter } from './waiters.ts'

/** CIDs taken from the input whose blocks the consumer has not taken. */
export const MAX_AHEAD = 4096

/** Bytes of blocks held for the consumer. */
export const MAX_HELD_BYTES: number = 16 * 1024 * 1024

/** Store reads under way at once. */
const MAX_READS = 64

/**
 * Leaving the loop early, or an error, cancels what has not come.
 *
 * @throws what the input throws, `signal.reason`, and all that `getBlock` does
 */
export async function * getBlocks (retrievals: Retrievals, session: SessionState, cids: Iterable<CID> | AsyncIterable<CID>, options: GetOptions & GetDefaults): AsyncGenerator<Block> {
  const stream = new BlockStream(retrievals, session, options)

  options.signal?.throwIfAborted()
  options.signal?.addEventListener('abort', stream.abort, { once: true })

  try {
    stream.start(cids)

    for (let block = await stream.next(); block != null; block = await stream.next()) {
      yield block
    }
  } finally {
    options.signal?.removeEventListener('abort', stream.abort)
    stream.end()
  }
}

class BlockStream {
  readonly abort = (): void => { this.#fail(this.#options.signal?.reason) }
  readonly #retrievals: Retrievals
  readonly #session: SessionState
  readonly #options: GetOptions & GetDefaults
  /** Every CID that was taken, so that each is delivered once. */
  readonly #seen: Set<string> = new Set()
  readonly #waiting: Map<string, Waiter> = new Map()
  readonly #held: Array<{ cid: CID, bytes: Uint8Array | undefined }> = []
  readonly #missing: CID[] = []
  readonly #reasons: Map<string, UnavailableReason> = new Map()
  #heldBytes = 0
  #reads = 0
  #inputEnded = false
  #ended = false
  #error: { reason: unknown } | undefined
  /** Resolved when the consumer, or the input, may go on. */
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()
  #roomInInput: PromiseWithResolvers<void> | undefined

  constructor (retrievals: Retrievals, session: SessionState, options: GetOptions & GetDefaults) {
    this.#retrievals = retrievals
    this.#session = session
    this.#options = options
  }

  start (cids: Iterable<CID> | AsyncIterable<CID>): void {
    const input = Symbol.asyncIterator in cids ? cids[Symbol.asyncIterator]() : cids[Symbol.iterator]()

    this.#takeInput(input).catch((error: unknown) => { this.#fail(error) })
  }

  /** The next block; undefined after the last. */
  async next (): Promise<Block | undefined> {
    for (;;) {
      if (this.#error != null) {
        throw this.#error.reason
      }

      const held = this.#held.shift()

      if (held != null) {
        return this.#deliver(held.cid, held.bytes)
      }

      if (this.#inputEnded && this.#waiting.size === 0 && this.#reads === 0) {
        return this.#finish()
      }

      await this.#changed.promise
      this.#changed = Promise.withResolvers()
    }
  }

  /** Cancels what has not come. Twice is a no-op. */
  end (): void {
    this.#ended = true
    this.#roomInInput?.resolve()

    for (const [key, waiter] of this.#waiting) {
      this.#retrievals.leave(key, waiter)
    }

    this.#waiting.clear()
  }

  async #takeInput (input: Iterator<CID> | AsyncIterator<CID>): Promise<void> {
    for (;;) {
      const taken = input.next()
      const next = 'then' in taken ? await taken : taken

      if (next.done === true) {
        break
      }

      this.#take(next.value)

      while (this.#isFull) {
        await this.#waitForRoom()
      }

      if (this.#ended) {
        await input.return?.()

        return
      }
    }

    this.#inputEnded = true
    this.#changed.resolve()
  }

  get #isFull (): boolean {
    return !this.#ended && (this.#reads >= MAX_READS || this.#waiting.size + this.#held.length >= MAX_AHEAD)
  }

  async #waitForRoom (): Promise<void> {
    this.#roomInInput = Promise.withResolvers()
    await this.#roomInInput.promise
  }

  #take (cid: CID): void {
    const key = multihashKey(cid)

    if (this.#seen.has(key)) {
      return
    }

    this.#seen.add(key)

    // registered before the store is asked: what comes in between is not missed
    const waiter = this.#waiter(key, cid)
    this.#waiting.set(key, waiter)
    this.#retrievals.waiters.add(key, waiter)

    const read = this.#retrievals.read(cid, this.#options)

    if (read instanceof Promise) {
      this.#reads++
      read.then(bytes => { this.#wasRead(key, waiter, bytes) }, (error: unknown) => { this.#fail(error) }).finally(() => {
        this.#reads--
        this.#progressed()
      }).catch((error: unknown) => { this.#fail(error) })
    } else {
      this.#wasRead(key, waiter, read)
    }
  }

  #wasRead (key: string, waiter: Waiter, bytes: Uint8Array | undefined): void {
    // it may have come meanwhile
    if (this.#ended || this.#waiting.get(key) !== waiter) {
      return
    }

    if (bytes != null) {
      this.#waiting.delete(key)
      this.#retrievals.leave(key, waiter)
      this.#hold(waiter.cid, checkSize(waiter.cid, bytes, this.#options.maxSize))
    } else {
      this.#options.onProgress?.(new CustomProgressEvent('bitswap:want', waiter.cid))
      this.#retrievals.want(key, waiter, this.#options.priority)
    }
  }

  #waiter (key: string, cid: CID): Waiter {
    return {
      cid,
      session: this.#session,
      maxSize: this.#options.maxSize,
      failFast: this.#options.failFast,
      onProgress: this.#options.onProgress,
      arrived: bytes => {
        this.#waiting.delete(key)
        this.#hold(cid, bytes)
      },
      failed: error => {
        this.#waiting.delete(key)

        if (error instanceof BlockUnavailableError) {
          this.#missing.push(cid)
          error.reasons.forEach((reason, peer) => { this.#reasons.set(peer, reason) })
          this.#progressed()
        } else {
          this.#fail(error)
        }
      }
    }
  }

  #hold (cid: CID, bytes: Uint8Array): void {
    const fits = this.#heldBytes + bytes.length <= MAX_HELD_BYTES || this.#held.length === 0

    this.#held.push({ cid, bytes: fits ? bytes : undefined })
    this.#heldBytes += fits ? bytes.length : 0
    this.#changed.resolve()
  }

  async #deliver (cid: CID, bytes: Uint8Array | undefined): Promise<Block> {
    this.#heldBytes -= bytes?.length ?? 0
    this.#progressed()

    const read = bytes ?? await this.#retrievals.read(cid, this.#options)

    if (read == null) {
      throw new Error(`block ${cid} came, and was deleted from the store before it was taken`)
    }

    return { cid, bytes: read }
  }

  #finish (): undefined {
    const [first] = this.#missing

    if (first != null) {
      throw new BlockUnavailableError(first, this.#reasons, { missing: this.#missing })
    }
  }

  #progressed (): void {
    this.#changed.resolve()
    this.#roomInInput?.resolve()
  }

  #fail (reason: unknown): void {
    this.#error ??= { reason }
    this.#progressed()
  }
}
