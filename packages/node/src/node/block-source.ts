/**
 * Where the blocks of a walk come from: the repo alone, or the repo and peers.
 * Both say in words a user understands why a block cannot be had.
 */
import { CorruptBlockError, BlockMissingError, StalledError, UnreachableError } from '../errors.ts'
import { collect } from '../store/collect.ts'
import { getHasher } from '../store/hashers.ts'
import { describeWait } from './describe-want.ts'
import { resolvePeerSourceOptions } from './options.ts'
import { reasonOf } from '../reason-of.ts'
import { MAX_FILE_SIZE } from '../store/read-file-whole.ts'
import type { PeerSourceInit, PeerSourceOptions } from './options.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { Bitswap, Session, SessionPeer } from 'ts-bitswap'

export interface BlockSource {
  read: (cid: CID, signal?: AbortSignal) => Promise<Uint8Array>
  /** Lets go of what it holds. May be called twice. */
  close: () => void
}

/** Makes the error for a block that is not here of what the store threw. */
export type MissingBlock = (cid: CID, cause: unknown) => Error

const notInRepo: MissingBlock = (cid, cause) => new BlockMissingError(cid, '', { cause })

/** Blocks from the repo, and nobody is asked for those it lacks. */
export class LocalSource implements BlockSource {
  readonly #blockstore: Blockstore
  readonly #missing: MissingBlock

  /** @param missing - makes the error to throw for a block that is not here */
  constructor (blockstore: Blockstore, missing: MissingBlock = notInRepo) {
    this.#blockstore = blockstore
    this.#missing = missing
  }

  /**
   * @throws what `missing` makes: a BlockMissingError if nothing is said
   * @throws CorruptBlockError, UnknownHashError
   */
  async read (cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
    await getHasher(cid.multihash.code)

    try {
      return await collect(this.#blockstore.get(cid, signal == null ? {} : { signal }), MAX_FILE_SIZE)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotFoundError') {
        throw error
      }

      throw error.cause instanceof CorruptBlockError ? error.cause : this.#missing(cid, error)
    }
  }

  close (): void {}
}

/** Runs `callback` after so many milliseconds, unless what it returns is called before. */
export type SetTimer = (delay: number, callback: () => void) => () => void

const nodeTimer: SetTimer = (delay, callback) => {
  const timer = setTimeout(callback, delay)

  return () => { clearTimeout(timer) }
}

/** Blocks from the repo, else from peers, all asked in one session. */
export class PeerSource implements BlockSource {
  readonly #bitswap: Bitswap
  readonly #session: Session
  readonly #options: PeerSourceOptions
  readonly #setTimer: SetTimer
  readonly #stalled = new AbortController()
  readonly #waiting: Map<CID, number> = new Map() // bounded by who calls read
  #joined: { signal: AbortSignal, end: AbortSignal } | undefined
  #cancelTimer: (() => void) | undefined
  #unreachable: readonly string[] = []

  constructor (bitswap: Bitswap, init: PeerSourceInit = {}, setTimer: SetTimer = nodeTimer) {
    this.#bitswap = bitswap
    this.#session = bitswap.newSession()
    this.#options = resolvePeerSourceOptions(init)
    this.#setTimer = setTimer
  }

  /**
   * Connects to the peers that are to be asked. One that answers is enough;
   * why the others did not is returned.
   *
   * @throws UnreachableError when none could be reached
   */
  async connect (peers: Multiaddr[], signal?: AbortSignal): Promise<UnreachableError[]> {
    const late = new AbortController()
    const ends = signal == null ? late.signal : AbortSignal.any([signal, late.signal])
    const cancelTimer = this.#setTimer(this.#options.timeout, () => { late.abort(new Error(`no answer within ${this.#options.timeout / 1_000} s`)) })
    const results = await Promise.allSettled(peers.map(async peer => { await this.#session.addPeer(peer, { signal: ends }) }))
    const failures = results.flatMap((result, index) => {
      return result.status === 'rejected' ? [new UnreachableError([String(peers[index])], reasonOf(result.reason), { cause: result.reason })] : []
    })

    cancelTimer()
    signal?.throwIfAborted()
    this.#unreachable = failures.flatMap(({ addresses }) => addresses)
    const [first] = failures

    if (first != null && failures.length === peers.length) {
      throw failures.length === 1 ? first : new UnreachableError(peers.map(String), reasonOf(first.cause), { cause: first })
    }

    return failures
  }

  /**
   * @throws BlockUnavailableError when every peer said no, unless told to wait
   * @throws StalledError when nothing came for too long
   * @throws UnknownHashError
   */
  async read (cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
    const ends = this.#endOf(signal)

    this.#began(cid)

    try {
      await getHasher(cid.multihash.code) // nobody need be asked for what cannot be checked

      return await this.#session.getBlock(cid, {
        signal: ends,
        failFast: !this.#options.wait,
        maxSize: this.#options.maxBlockSize
      })
    } finally {
      this.#ended(cid)
    }
  }

  /** Who was asked, and what came of it. */
  peers (): SessionPeer[] {
    return this.#session.peers()
  }

  close (): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#session.close()
  }

  /** What ends a read. A walk hands in the same signal with each, and joining two takes longer than all else that is done for a small block. */
  #endOf (signal: AbortSignal | undefined): AbortSignal {
    if (signal == null) {
      return this.#stalled.signal
    }

    if (this.#joined?.signal !== signal) {
      this.#joined = { signal, end: AbortSignal.any([signal, this.#stalled.signal]) }
    }

    return this.#joined.end
  }

  #began (cid: CID): void {
    this.#waiting.set(cid, (this.#waiting.get(cid) ?? 0) + 1)

    if (this.#cancelTimer == null) {
      this.#startTimer()
    }
  }

  /** Anything that ends, one way or the other, is progress: the time starts anew for the others. */
  #ended (cid: CID): void {
    const left = (this.#waiting.get(cid) ?? 1) - 1

    if (left > 0) {
      this.#waiting.set(cid, left)
    } else {
      this.#waiting.delete(cid)
    }

    this.#cancelTimer?.()
    this.#cancelTimer = undefined

    if (this.#waiting.size > 0) {
      this.#startTimer()
    }
  }

  /** Until nothing has come for so long that it is said, and then until it is given up. */
  #startTimer (): void {
    const { timeout, slowAfter, onSlow } = this.#options
    const stall = (): void => { this.#toldOf((cid, why) => { this.#stalled.abort(new StalledError(cid, timeout, why)) }) }

    if (slowAfter >= timeout) {
      this.#cancelTimer = this.#setTimer(timeout, stall)

      return
    }

    this.#cancelTimer = this.#setTimer(slowAfter, () => {
      this.#cancelTimer = this.#setTimer(timeout - slowAfter, stall)
      this.#toldOf((cid, why) => { onSlow(`no block for ${slowAfter / 1_000} s, waiting for ${cid}: ${why}`) })
    })
  }

  /** Of what is waited for longest, and why it is not here. */
  #toldOf (tell: (cid: CID, why: string) => void): void {
    const [first] = this.#waiting.keys()

    if (first != null) {
      tell(first, describeWait({ want: this.#bitswap.explainWant(first), peers: this.#session.peers(), unreachable: this.#unreachable }))
    }
  }
}
