/**
 * Asks the block store: is a block here and how large, and what are its bytes.
 * Bounded and cancellable; several who want the same block at one time share one
 * read. What the store answers at once comes back at once, without a promise.
 *
 * Never reads a block only to learn its size, unless the store hands it over
 * at once, as one in memory does. Does not check that bytes match their CID:
 * that is for the store that may corrupt them to do.
 */
import type { AbortOptions } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { Clock } from '../core/clock.ts'
import { MovingAverage } from '../core/ewma.ts'
import { nativePromise } from '../core/native-promise.ts'
import { RecentMap } from '../core/recent-map.ts'
import type { ServerOptions } from './options.ts'
import { collect, collectAsync, sizeOf } from './pieces.ts'
import type { ServerStats } from './stats.ts'
import { StoreGate } from './store-gate.ts'
import type { Failed, Operation } from './store-gate.ts'

/** What is needed of a block store. */
export interface ServedBlockstore extends Pick<Blockstore, 'has' | 'get'> {
  /**
   * The size of a block, without reading it, where the store can tell.
   *
   * @throws NotFoundError when it is not there, or rejects with it
   */
  size? (cid: CID, options?: AbortOptions): number | Promise<number>
}

export interface Missing {
  status: 'missing'
}

/** It is there, and larger than may be sent. */
export interface Oversize {
  status: 'oversize'
}

export interface Found {
  status: 'found'
  /** Undefined when it cannot be known without reading the block. */
  size: number | undefined
}

export interface Bytes {
  status: 'bytes'
  bytes: Uint8Array
}

export type LookUpResult = Found | Missing | Oversize | Failed
export type ReadResult = Bytes | Missing | Oversize | Failed

/** A read under way. */
interface SharedRead {
  result: Promise<ReadResult>
  isOverdue: boolean
  readonly listeners: Array<() => void> // called when it is; one for each who waits for it
}

export interface BlockReaderComponents {
  blockstore: ServedBlockstore
  clock: Clock
  stats: ServerStats
}

export type BlockReaderOptions = Pick<ServerOptions, 'maxBlockSize' | 'maxConcurrentReads' | 'maxSizesRemembered' | 'storeTimeout'>

const MISSING: Missing = Object.freeze({ status: 'missing' })
const OVERSIZE: Oversize = Object.freeze({ status: 'oversize' })

/** A UnixFS leaf: a guess, before the first block was read. */
const GUESSED_SIZE = 262_144

/** How much the newest block says about what size the next will have. */
const NEWEST_WEIGHT = 0.0625

export class BlockReader {
  readonly #store: ServedBlockstore
  readonly #sizeOf: ServedBlockstore['size'] | undefined
  readonly #options: BlockReaderOptions
  readonly #gate: StoreGate
  readonly #stats: ServerStats
  /** By multihash. What a block is named by fixes its size: once learnt it holds for ever, whether or not the block is still here. */
  readonly #sizes: RecentMap<string, number>
  readonly #shared: Map<string, SharedRead> = new Map() // reads under way, bounded by those who wait for them
  readonly #meanSize: MovingAverage = new MovingAverage(NEWEST_WEIGHT)
  #isSynchronous: boolean | undefined
  #hasGuessed = false

  constructor (components: BlockReaderComponents, options: BlockReaderOptions) {
    this.#store = components.blockstore
    // many things have a `size`: only one that can be asked is ours
    this.#sizeOf = typeof this.#store.size === 'function' ? this.#store.size.bind(this.#store) : undefined
    this.#options = options
    this.#stats = components.stats
    this.#gate = new StoreGate(components.clock, this.#stats, { maxConcurrent: options.maxConcurrentReads, timeout: options.storeTimeout })
    this.#sizes = new RecentMap(options.maxSizesRemembered)
  }

  /** The last block that was asked for came at once: there is no point in reading ahead. */
  get isSynchronous (): boolean {
    return this.#isSynchronous === true
  }

  /** A block did not come at once, ever: some were read by a guess of their size. */
  get hasGuessed (): boolean {
    return this.#hasGuessed
  }

  /** Questions and reads that the store is at, but for those below. */
  get running (): number {
    return this.#gate.running
  }

  /** Those that take too long, so that others are asked beside them. */
  get overdue (): number {
    return this.#gate.overdue
  }

  /** Something took too long, ever: some blocks may have come when others were being read in their place. */
  get hasBeenOverdue (): boolean {
    return this.#gate.hasBeenOverdue
  }

  /** How many bytes a block of unknown size probably has. */
  get typicalSize (): number {
    return Math.ceil(this.#meanSize.value ?? GUESSED_SIZE)
  }

  /**
   * @param line - those with the same wait for each other before the store, and not others for all of them
   * @param overdue - called when the store takes so long that others go before
   */
  lookUp (cid: CID, multihash: string, line: string, overdue?: () => void): LookUpResult | Promise<LookUpResult> {
    this.#stats.storeLookUps++

    return this.#gate.run(guarded<Found | Missing | Oversize>(signal => this.#sizeOf == null
      ? chain(this.#store.has(cid, { signal }), isHere => isHere ? this.#measure(cid, multihash, signal) : MISSING)
      : chain(this.#sizeOf(cid, { signal }), size => this.#found(size))), line, overdue)
  }

  /**
   * @param line - as for {@link lookUp}
   * @param overdue - the same; called before this returns when somebody else has waited so long
   */
  read (cid: CID, multihash: string, line: string, overdue?: () => void): ReadResult | Promise<ReadResult> {
    const shared = this.#shared.get(multihash)

    if (shared != null) {
      return join(shared, overdue)
    }

    this.#stats.storeReads++
    const listeners: Array<() => void> = []
    const result = this.#gate.run(guarded<Bytes | Oversize>(signal => this.#get(cid, multihash, signal)), line, () => {
      read.isOverdue = true
      listeners.forEach(listener => { listener() })
    })

    if (!(result instanceof Promise)) {
      return result
    }

    const read: SharedRead = {
      result: result.then(outcome => {
        if (this.#shared.get(multihash) === read) {
          this.#shared.delete(multihash)
        }

        return outcome
      }),
      isOverdue: false,
      listeners
    }
    this.#shared.set(multihash, read)

    return join(read, overdue)
  }

  /**
   * The block has come into the store. A read under way may have missed it, so
   * that nobody shares it any more.
   *
   * @param size - where it is known: it need not be asked for then
   */
  arrived (multihash: string, size: number | undefined): void {
    this.#shared.delete(multihash)

    if (size != null) {
      this.#learn(multihash, size)
    }
  }

  /** Ends what is under way; the results are failures. */
  stop (reason: Error): void {
    this.#gate.stop(reason)
  }

  #learn (multihash: string, size: number): void {
    if (this.#sizeOf == null) {
      this.#sizes.set(multihash, size)
    }
  }

  /** A size that is none is as good as unknown: it would spoil every sum it is added to. */
  #found (size: number | undefined): Found | Oversize {
    if (size != null && size > this.#options.maxBlockSize) {
      return OVERSIZE
    }

    return { status: 'found', size: Number.isSafeInteger(size) && Number(size) >= 0 ? size : undefined }
  }

  /** The size of a block that is here, if it is known or costs nothing to find out. */
  #measure (cid: CID, multihash: string, signal: AbortSignal): Found | Oversize {
    const known = this.#sizes.get(multihash)

    if (known != null || this.#isSynchronous === false) {
      return this.#found(known)
    }

    // a generator does nothing before it is asked for its first piece
    const pieces = this.#store.get(cid, { signal })
    this.#cameAtOnce(Symbol.iterator in pieces)

    if (!(Symbol.iterator in pieces)) {
      return this.#found(undefined)
    }

    const size = sizeOf(pieces, this.#options.maxBlockSize)
    this.#sizes.set(multihash, size)

    return this.#found(size)
  }

  #get (cid: CID, multihash: string, signal: AbortSignal): Bytes | Oversize | Promise<Bytes | Oversize> {
    const pieces = this.#store.get(cid, { signal })
    this.#cameAtOnce(Symbol.iterator in pieces)

    return Symbol.iterator in pieces
      ? this.#collected(multihash, collect(pieces, this.#options.maxBlockSize))
      : collectAsync(pieces, this.#options.maxBlockSize).then(bytes => this.#collected(multihash, bytes))
  }

  #cameAtOnce (isSynchronous: boolean): void {
    this.#isSynchronous = isSynchronous
    this.#hasGuessed ||= !isSynchronous
  }

  #collected (multihash: string, bytes: Uint8Array | undefined): Bytes | Oversize {
    if (bytes == null) {
      this.#learn(multihash, Infinity) // not worth a second look

      return OVERSIZE
    }

    this.#learn(multihash, bytes.byteLength)
    this.#meanSize.add(bytes.byteLength)

    return { status: 'bytes', bytes }
  }
}

function join ({ result, isOverdue, listeners }: SharedRead, overdue: () => void = () => {}): Promise<ReadResult> {
  if (isOverdue) {
    overdue()
  } else {
    listeners.push(overdue)
  }

  return result
}

/** An operation that reports what it would throw or reject with. */
function guarded<T> (operation: (signal: AbortSignal) => T | Promise<T>): Operation<T | Missing> {
  return signal => {
    try {
      const result = operation(signal)

      return result instanceof Promise ? result.catch(toResult) : result
    } catch (error) {
      return toResult(error)
    }
  }
}

function toResult (error: unknown): Missing | Failed {
  return error instanceof Error && error.name === 'NotFoundError' ? MISSING : { status: 'failed', error }
}

/** At once when the value is here, else when it is. */
function chain<T, U> (value: T | Promise<T>, convert: (value: T) => U): U | Promise<U> {
  const ready = nativePromise(value)

  return ready instanceof Promise ? ready.then(convert) : convert(ready)
}
