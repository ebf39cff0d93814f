/**
 * One call of `getBlocks`: takes CIDs from its input, and hands out blocks in
 * the order they come. However it ends, and be it that its consumer never comes
 * back after an abort, nothing of it is left.
 *
 * Limits: the constants below. At one of them the input is not asked for more.
 */
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import type { Block, GetOptions } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import { detach } from '../core/detach.ts'
import { RecentSet } from '../core/recent-set.ts'
import { raceSignal } from '../core/timeout-signal.ts'
import { BlockUnavailableError } from '../errors.ts'
import { checkSize } from './get-block.ts'
import { HeldBlocks } from './held-blocks.ts'
import type { HeldBlock } from './held-blocks.ts'
import { InputPump } from './input-pump.ts'
import type { Room } from './input-pump.ts'
import { MissingBlocks } from './missing-blocks.ts'
import type { GetDefaults, Retrieval, Retrievals } from './retrievals.ts'
import type { Waiter } from './waiters.ts'

/** CIDs taken from the input whose blocks the consumer has not taken. */
export const MAX_AHEAD = 4096

/** Bytes of blocks held for the consumer. */
export const MAX_HELD_BYTES: number = 16 * 1024 * 1024

/** So many are taken from the input in one go, unless the consumer has taken all there is: one by one they would be a promise each, and a look at all that can be done. */
const AT_ONCE = 64

/** CIDs remembered at the least, so that each is delivered once; one that is named again after so many others comes again. */
export const MAX_SEEN: number = 128 * 1024

/** Store reads under way at once. */
const MAX_READS = 64

export class BlockStream implements Room {
  readonly #retrievals: Retrievals
  readonly #retrieval: Retrieval
  readonly #options: GetOptions & GetDefaults
  readonly #input: InputPump
  readonly #seen: RecentSet<string> = new RecentSet(MAX_SEEN)
  readonly #waiting: Map<string, Waiter> = new Map()
  readonly #held: HeldBlocks = new HeldBlocks(MAX_HELD_BYTES)
  readonly #missing: MissingBlocks = new MissingBlocks()
  /** Aborts when it is over. */
  readonly #over: AbortController = new AbortController()
  readonly #abort = (): void => { this.#fail(this.#options.signal?.reason) }
  #reads = 0
  #error: { reason: unknown } | undefined
  /** Resolved when the consumer may go on, if it waits. */
  #changed: PromiseWithResolvers<void> | undefined

  constructor (retrievals: Retrievals, retrieval: Retrieval, input: Iterator<CID> | AsyncIterator<CID>) {
    this.#retrievals = retrievals
    this.#retrieval = retrieval
    this.#options = retrieval.options
    this.#input = new InputPump(input, this, cid => { this.#take(cid) })
  }

  /** @throws `signal.reason` when aborted already */
  start (): void {
    const { signal } = this.#options

    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.#abort, { once: true })
    this.#takeInput().catch((error: unknown) => { this.#fail(error) })
  }

  /**
   * The next block; undefined after the last. At once where it is held. One call
   * at a time.
   *
   * @throws whatever ended the call, or rejects with it
   */
  next (): Block | Promise<Block | undefined> {
    const held = this.#error == null && this.#held.isReady ? this.#held.take() : undefined

    if (held?.bytes == null) {
      return this.#nextLater()
    }

    this.#progressed()

    return { cid: held.cid, bytes: held.bytes }
  }

  /** Cancels what has not come, and lets go of the input. Twice is a no-op. */
  end (): void {
    if (this.#isOver) {
      return
    }

    this.#over.abort()
    this.#options.signal?.removeEventListener('abort', this.#abort)
    this.#held.clear()

    for (const [key, waiter] of this.#waiting) {
      this.#retrievals.leave(key, waiter)
    }

    this.#waiting.clear()
    this.#progressed()
    detach(this.#input.leave(), this.#retrievals.log, 'letting go of the CIDs of getBlocks')
    this.#retrieval.ended()
  }

  get #isOver (): boolean {
    return this.#over.signal.aborted
  }

  get isFull (): boolean {
    return this.#reads >= MAX_READS || this.#ahead >= MAX_AHEAD || this.#held.isFull
  }

  get #ahead (): number {
    return this.#waiting.size + this.#held.size
  }

  /** Is it worth going on, once it was full? What waits may never come, so that room for {@link AT_ONCE} may not come either. */
  get isWorthwhile (): boolean {
    return !this.isFull && (this.#held.size === 0 || this.#ahead <= MAX_AHEAD - AT_ONCE)
  }

  async #takeInput (): Promise<void> {
    await this.#input.run()
    this.#changed?.resolve()
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

    const read = this.#retrievals.read(cid, this.#options.signal)

    if (read instanceof Promise) {
      this.#reads++
      read.then(bytes => { this.#wasRead(key, waiter, bytes) }).catch((error: unknown) => { this.#fail(error) }).finally(() => {
        this.#reads--
        this.#progressed()
      })
    } else {
      this.#wasRead(key, waiter, read)
    }
  }

  #wasRead (key: string, waiter: Waiter, bytes: Uint8Array | undefined): void {
    if (bytes == null) {
      this.#want(key, waiter)
    } else if (this.#waiting.get(key) === waiter) {
      this.#waiting.delete(key)
      this.#retrievals.leave(key, waiter)
      this.#hold(waiter.cid, checkSize(waiter.cid, bytes, this.#options.maxSize))
    }
  }

  #want (key: string, waiter: Waiter): void {
    // it may have come meanwhile
    if (this.#waiting.get(key) === waiter) {
      this.#options.onProgress?.(new CustomProgressEvent('bitswap:want', waiter.cid))
    }

    // whoever was told may have aborted at once
    if (this.#waiting.get(key) === waiter) {
      this.#retrievals.want(key, waiter, this.#options.priority)
    }
  }

  #waiter (key: string, cid: CID): Waiter {
    return {
      cid,
      session: this.#retrieval.session,
      maxSize: this.#options.maxSize,
      failFast: this.#options.failFast,
      onlyProviders: this.#options.onlyProviders,
      onProgress: this.#options.onProgress,
      arrived: bytes => {
        this.#waiting.delete(key)
        this.#hold(cid, bytes)
      },
      failed: error => {
        this.#waiting.delete(key)

        if (error instanceof BlockUnavailableError) {
          this.#missing.add(error)
          this.#progressed()
        } else {
          this.#fail(error)
        }
      }
    }
  }

  #hold (cid: CID, bytes: Uint8Array): void {
    this.#held.push(cid, bytes)
    this.#changed?.resolve()
  }

  async #nextLater (): Promise<Block | undefined> {
    for (;;) {
      if (this.#error != null) {
        throw this.#error.reason
      }

      const held = this.#held.take()

      if (held != null) {
        const block = await this.#deliver(held)

        if (block != null) {
          return block
        }
      } else if (this.#isOver || (this.#input.ended && this.#waiting.size === 0 && this.#reads === 0)) {
        return this.#finish()
      } else {
        this.#changed = Promise.withResolvers()
        await this.#changed.promise
      }
    }
  }

  /** Undefined when it was over before the block was read, or when the store has lost it and it is fetched again. */
  async #deliver ({ cid, bytes }: HeldBlock): Promise<Block | undefined> {
    this.#progressed()

    const read = bytes ?? await this.#readAgain(cid)

    if (read != null) {
      return { cid, bytes: read }
    }

    if (!this.#isOver) {
      this.#seen.delete(multihashKey(cid))
      this.#take(cid)
    }

    return undefined
  }

  async #readAgain (cid: CID): Promise<Uint8Array | undefined> {
    const read = this.#retrievals.read(cid, this.#options.signal)

    try {
      return read instanceof Promise ? await raceSignal(read, this.#over.signal) : read
    } catch (error) {
      if (!this.#isOver) {
        throw error
      }

      return undefined
    }
  }

  #finish (): undefined {
    const { error } = this.#missing

    if (error != null && !this.#isOver) {
      throw error
    }

    return undefined
  }

  #progressed (): void {
    this.#changed?.resolve()
    this.#input.progressed()
  }

  #fail (reason: unknown): void {
    if (!this.#isOver) {
      this.#error = { reason }
      this.end()
    }
  }
}
