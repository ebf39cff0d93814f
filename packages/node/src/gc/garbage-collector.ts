/**
 * Removes blocks that nobody keeps: marks what is to stay, then removes the rest,
 * beside everything else the node does.
 *
 * What stays: what is pinned and what is below it; what is held (`holds.ts`); what
 * peers want of us now or are fetching (`served-blocks.ts`), with what is below;
 * and every block that was written, read or asked for since the collection began,
 * or was being written then, with what is below those that were written or read.
 *
 * How nothing is lost between deciding and removing: each block is looked at for
 * the last time when nothing can come in between any more (`block-guard.ts`). A new
 * root to keep stops the removing; what is below it is marked before it goes on.
 * Who pins holds the root first, so a pin cannot come unnoticed either.
 *
 * Marking reads what is here, and fetches nothing. What is below a block that is
 * missing or damaged is not known: that is said, and the block's own place kept.
 *
 * Bounds: one collection at a time; 16 bytes and some for each block that stays;
 * {@link AT_ONCE} removed at a time.
 */
import { reasonOf } from '../reason-of.ts'
import { CollectionUnderWayError, GarbageLeftError } from '../pins/errors.ts'
import { Marking } from './marking.ts'
import { resolveGarbageOptions } from './options.ts'
import { ServedBlocks } from './served-blocks.ts'
import type { GarbageInit } from './options.ts'
import type { Pins } from '../pins/pins.ts'
import type { RepoBlockstore } from '../store/repo-blockstore.ts'
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Bitswap, BlockSent } from 'ts-bitswap'

/** Blocks that are removed beside each other. */
const AT_ONCE = 32

/** Milliseconds for which it does not collect by itself after it removed nothing: there may be a refused block every moment. */
const REST = 60_000

export type WatchedBitswap = Pick<Bitswap, 'stat' | 'wantlistForPeer' | 'addEventListener' | 'removeEventListener'>

export interface GarbageCollectorComponents {
  blockstore: RepoBlockstore
  pins: Pins
  /** Whose peers are fetching from us; none for a repo that is not served. */
  bitswap?: WatchedBitswap
  logger?: { forComponent: (name: string) => Logger }
  /** Told in words of pins that are not whole, and of what else is out of order. */
  onWarning?: (message: string) => void
  /** Milliseconds on any clock that does not go back. */
  now?: () => number
}

/** A block that is gone, as a raw CID; or why it is still there. */
export type Collected =
  | { cid: CID, size: number }
  | { cid: CID, error: unknown }

export interface CollectionSummary {
  removed: number
  /** Bytes. */
  freed: number
}

export class GarbageCollector {
  readonly #components: GarbageCollectorComponents
  readonly #log: Logger | undefined
  readonly #served: ServedBlocks
  readonly #now: () => number
  /** When it may collect by itself. */
  #restsUntil = -Infinity
  #stopped: AbortController | undefined
  #isCollecting = false
  /** What is being done for a collection, not what waits for who loops over it. Never rejects. */
  #working: Promise<unknown> = Promise.resolve()
  #unwatch: () => void = () => {}

  constructor (components: GarbageCollectorComponents, init: GarbageInit = {}) {
    this.#components = components
    this.#log = components.logger?.forComponent('bitswap-node:gc')
    this.#now = components.now ?? (() => performance.now())
    this.#served = new ServedBlocks(resolveGarbageOptions(init), this.#now)
  }

  /**
   * Begins to note what peers fetch, and to collect by itself when the repo gets
   * full; not within a minute after that removed nothing. Twice is a no-op.
   */
  start (): void {
    if (this.#stopped != null) {
      return
    }

    const { bitswap, blockstore } = this.#components
    const sent = ({ detail: { cid } }: CustomEvent<BlockSent>): void => { this.#served.sent(cid) }
    const stopWatching = blockstore.onOverWatermark(() => { this.#collectByItself() })

    this.#stopped = new AbortController()
    bitswap?.addEventListener('block:sent', sent)
    this.#unwatch = () => {
      stopWatching()
      bitswap?.removeEventListener('block:sent', sent)
    }
  }

  /** Ends a collection that is under way, and waits for it. Twice is a no-op. */
  async stop (): Promise<void> {
    this.#unwatch()
    this.#unwatch = () => {}
    this.#stopped?.abort(new Error('the node stops'))
    this.#stopped = undefined
    await this.#working
  }

  /** Whether a collection is under way. */
  get isCollecting (): boolean {
    return this.#isCollecting
  }

  /**
   * Collects, and yields what is removed, or could not be. Goes on as it is asked
   * to: who leaves the loop ends it, what is removed by then is.
   *
   * @throws CollectionUnderWayError when there is one already
   * @throws DamagedPinError, and what reading the repo fails with; nothing is removed then
   */
  async * collect (options: AbortOptions = {}): AsyncGenerator<Collected> {
    if (this.#isCollecting) {
      throw new CollectionUnderWayError()
    }

    const signals = [options.signal, this.#stopped?.signal].filter(signal => signal != null)
    const signal = AbortSignal.any(signals)
    const marking = new Marking({ ...this.#components, served: this.#served, warn: message => { this.#warn(message) } }, signal)

    this.#isCollecting = true

    try {
      await this.#work(marking.markAll())
      yield * this.#sweep(marking, signal)
    } finally {
      marking.end()
      this.#isCollecting = false
    }
  }

  /**
   * Collects to the end.
   *
   * @throws GarbageLeftError when something could not be removed; the rest is
   * @throws as {@link collect}
   */
  async run (options: AbortOptions & { onRemoved?: (cid: CID) => void } = {}): Promise<CollectionSummary> {
    const summary: CollectionSummary = { removed: 0, freed: 0 }
    let left = 0
    let first: { cid: CID, error: unknown } | undefined

    for await (const collected of this.collect(options)) {
      if ('error' in collected) {
        first ??= collected
        left++
      } else {
        summary.removed++
        summary.freed += collected.size
        options.onRemoved?.(collected.cid)
      }
    }

    if (first != null) {
      throw new GarbageLeftError(first.cid, left, reasonOf(first.error), { cause: first.error })
    }

    return summary
  }

  async * #sweep (marking: Marking, signal: AbortSignal): AsyncGenerator<Collected> {
    let garbage: CID[] = []

    for await (const cid of this.#components.blockstore.cids({ signal })) {
      if (!marking.keeps(cid)) {
        garbage.push(cid)
      }

      if (garbage.length === AT_ONCE) {
        yield * await this.#work(this.#remove(garbage, marking, signal))
        garbage = []
      }
    }

    yield * await this.#work(this.#remove(garbage, marking, signal))
  }

  /** A root that comes to be kept while these are removed is marked first, and they are looked at again. */
  async #remove (garbage: CID[], marking: Marking, signal: AbortSignal): Promise<Collected[]> {
    const collected: Collected[] = []
    let undecided = garbage

    while (undecided.length > 0) {
      await marking.markNew()
      signal.throwIfAborted()
      const later: CID[] = []

      await Promise.all(undecided.map(async cid => {
        const removed = await this.#removeOne(cid, marking)

        if (removed != null) {
          collected.push(removed)
        } else if (marking.hasNew) {
          later.push(cid)
        }
      }))
      undecided = later
    }

    await new Promise(resolve => { setImmediate(resolve) }) // others have their turn

    return collected
  }

  async #removeOne (cid: CID, marking: Marking): Promise<Collected | undefined> {
    try {
      const size = await this.#components.blockstore.removeUnused(cid, () => !marking.hasNew && !marking.keeps(cid))

      return size == null ? undefined : { cid, size }
    } catch (error) {
      return { cid, error }
    }
  }

  #collectByItself (): void {
    if (!this.#isCollecting && this.#now() >= this.#restsUntil) {
      this.#log?.('the repo gets full: garbage is collected')
      this.run().then(({ removed, freed }) => {
        this.#log?.('removed %d blocks, %d bytes', removed, freed)
        this.#restsUntil = removed === 0 ? this.#now() + REST : -Infinity
      }, (error: unknown) => {
        this.#restsUntil = this.#now() + REST

        if (this.#stopped != null) {
          this.#warn(`collecting garbage failed: ${reasonOf(error)}`)
        }
      })
    }
  }

  async #work<T> (work: Promise<T>): Promise<T> {
    this.#working = work.catch(() => undefined)

    return await work
  }

  #warn (message: string): void {
    this.#log?.error('%s', message)
    this.#components.onWarning?.(message)
  }
}
