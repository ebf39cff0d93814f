/**
 * Blocks in memory, by multihash; as much of a block store as Bitswap uses.
 * Synchronous, like the memory store most people use, unless told to be slow;
 * and it can be told to fail, and to hold other bytes than it should.
 */
import { NotFoundError } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../core/cid-map.ts'
import { sleep } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import type { BlockPool } from './block-pool.ts'

export interface MemoryStoreInit {
  /**
   * Milliseconds of the clock that each read, write and look-up takes.
   *
   * @default 0
   */
  delay?: number
  /** Needed with a delay. */
  clock?: Clock
  /** Shares the bytes of blocks with other stores. */
  pool?: BlockPool
}

export class MemoryStore {
  readonly #blocks: Map<string, Uint8Array> = new Map()
  readonly #clock: Clock | undefined
  readonly #pool: BlockPool | undefined
  /** As in {@link MemoryStoreInit}; may be changed at any time. */
  delay: number
  /** Thrown by the next calls, one for each. */
  readonly failures: Error[] = []
  /** Thrown by all calls while it is set. */
  broken: Error | undefined
  /** Has it been made to hold other bytes than it should? */
  isCorrupt = false
  /** How often each was called. */
  readonly calls: { has: number, get: number, put: number } = { has: 0, get: 0, put: 0 }

  constructor (init: MemoryStoreInit = {}) {
    this.delay = init.delay ?? 0
    this.#clock = init.clock
    this.#pool = init.pool
  }

  /** How many blocks are here. */
  get count (): number {
    return this.#blocks.size
  }

  has (cid: CID): boolean | Promise<boolean> {
    this.calls.has++

    return this.#after(() => this.#blocks.has(multihashKey(cid)))
  }

  put (cid: CID, bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): CID | Promise<CID> {
    this.calls.put++

    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError('this store takes whole blocks only')
    }

    return this.#after(() => {
      this.hold(cid, bytes)

      return cid
    })
  }

  get (cid: CID): Generator<Uint8Array> | AsyncGenerator<Uint8Array> {
    this.calls.get++

    return this.delay === 0 ? this.#getNow(cid) : this.#getLater(cid)
  }

  /** The bytes it holds, at once and whatever the faults; not counted. */
  peek (cid: CID): Uint8Array | undefined {
    return this.#blocks.get(multihashKey(cid))
  }

  /** Puts a block here at once, whatever the delay and the faults; not counted. */
  hold (cid: CID, bytes: Uint8Array): void {
    const key = multihashKey(cid)
    this.#blocks.set(key, this.#pool?.keep(key, bytes) ?? bytes)
  }

  /** From now on it holds other bytes for this block, if it holds any. */
  corrupt (cid: CID): void {
    const bytes = this.peek(cid)?.slice()

    if (bytes != null && bytes.length > 0) {
      bytes[0] = (bytes[0] ?? 0) ^ 0xff
      this.isCorrupt = true
      this.#blocks.set(multihashKey(cid), bytes)
    }
  }

  /** Forgets a block. */
  delete (cid: CID): void {
    this.#blocks.delete(multihashKey(cid))
  }

  /** Forgets all blocks. */
  clear (): void {
    this.#blocks.clear()
  }

  * #getNow (cid: CID): Generator<Uint8Array> {
    this.#fail()
    const bytes = this.peek(cid)

    if (bytes == null) {
      throw new NotFoundError(`no block ${cid}`)
    }

    yield bytes
  }

  async * #getLater (cid: CID): AsyncGenerator<Uint8Array> {
    await this.#wait()
    yield * this.#getNow(cid)
  }

  #after<T> (act: () => T): T | Promise<T> {
    if (this.delay === 0) {
      return this.#act(act)
    }

    return this.#wait().then(() => this.#act(act))
  }

  #act<T> (act: () => T): T {
    this.#fail()

    return act()
  }

  #fail (): void {
    const failure = this.broken ?? this.failures.shift()

    if (failure != null) {
      throw failure
    }
  }

  async #wait (): Promise<void> {
    if (this.#clock == null) {
      throw new Error('a store with a delay needs a clock')
    }

    await sleep(this.#clock, this.delay)
  }
}
