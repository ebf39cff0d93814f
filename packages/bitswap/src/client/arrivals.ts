/**
 * What comes: verifies blocks, stores those that are wanted, and wakes who waits. A
 * block is `arriving` from its verification until it is stored: a second copy is a
 * duplicate and never stored twice, and cancels go out before the store has it.
 *
 * Limits: over `maxStoringBytes` on their way into the store, no more blocks
 * are taken from the message until some are stored. Blocks nobody here wants
 * are dropped and counted, and charged to a peer that was not asked for them
 * (`unasked-senders.ts`).
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import { multihashKey } from '../core/cid-map.ts'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { nativePromise } from '../core/native-promise.ts'
import { readBlock } from '../core/read-block.ts'
import { RecentSet } from '../core/recent-set.ts'
import { BlockTooLargeError, UnknownHashError } from '../errors.ts'
import type { ReceivedBlock } from '../message/message.ts'
import { verifyBlock } from '../message/verify-block.ts'
import type { VerifiedBlock } from '../message/verify-block.ts'
import type { HasherLoader } from '../message/hashers.ts'
import { countWaste, createStats } from './arrival-stats.ts'
import type { ArrivalStats } from './arrival-stats.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ClientOptions } from './options.ts'
import { UnaskedSenders } from './unasked-senders.ts'
import type { UsefulPeers } from './useful-peers.ts'
import type { WantDriver } from './want-driver.ts'
import type { WantPlanner } from './want-planner.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'
import type { Waiters } from './waiters.ts'

/** How many blocks that came are remembered, at the least, to tell a second copy from a block nobody wanted. */
const RECENT_BLOCKS = 32_768

export interface ArrivalListener {
  /** A verified block came from a peer; wanted for the first time, again, or by nobody. */
  blockReceived (cid: CID, from: PeerId, size: number, kind: 'wanted' | 'duplicate' | 'unwanted'): void
  /** It is in the store now, from wherever. */
  blockStored (cid: CID, bytes: Uint8Array): void
}

export interface ArrivalsComponents {
  network: { disconnect (peer: PeerId): void }
  blockstore: Pick<Blockstore, 'get' | 'put'>
  clock: Clock
  log: Logger
  getHasher: HasherLoader
  arrivals: ArrivalListener
  planner: WantPlanner
  waiters: Waiters
  useful: Pick<UsefulPeers, 'delivered'>
  driver: WantDriver
}

export class Arrivals {
  readonly stats: ArrivalStats = createStats()
  readonly #components: ArrivalsComponents
  readonly #options: ClientOptions
  readonly #recent: RecentSet<string> = new RecentSet(RECENT_BLOCKS)
  readonly #unasked: UnaskedSenders
  #storingBytes = 0
  #storedSome: PromiseWithResolvers<void> | undefined

  constructor (components: ArrivalsComponents, options: ClientOptions) {
    this.#components = components
    this.#options = options
    this.#unasked = new UnaskedSenders(components, options, this.stats)
  }

  /**
   * The blocks of one message, in order. Synchronous as long as hashing and the
   * store are; a promise otherwise, which never rejects.
   */
  received (from: PeerId, peer: ClientPeer | undefined, blocks: ReceivedBlock[]): void | Promise<void> {
    for (const [i, block] of blocks.entries()) {
      const pending = this.#verify(from, peer, block)

      if (pending != null) {
        return this.#receivedRest(pending, from, peer, blocks.slice(i + 1))
      }
    }
  }

  /** A block is in the store that did not come from a peer; without bytes they are read if somebody waits. */
  added (cid: CID, bytes?: Uint8Array): void {
    const key = multihashKey(cid)
    const { waiters, log } = this.#components

    this.#recent.add(key)

    if (!waiters.has(key)) {
      return
    }

    if (bytes != null) {
      this.#added(key, cid, bytes)
    } else {
      detach(this.#readAdded(key, cid), log, 'reading a block that was announced')
    }
  }

  async #readAdded (key: string, cid: CID): Promise<void> {
    const read = readBlock(this.#components.blockstore, cid)

    this.#added(key, cid, read instanceof Promise ? await read : read)
  }

  #added (key: string, cid: CID, bytes: Uint8Array | undefined): void {
    const { planner, waiters, driver, clock, log } = this.#components

    if (bytes == null) {
      log.error('block %c was announced as new, but the store lacks it', cid)

      return
    }

    const want = planner.board.wants.get(key)

    // one that is arriving from a peer at this moment ends itself
    if (want != null && want.state !== WantState.Arriving) {
      planner.arriving(want)
      planner.settled(want, clock.now())
    }

    this.#refuseTooLarge(key, bytes.length)

    for (const waiter of waiters.take(key)) {
      waiter.arrived(bytes, undefined)
    }

    driver.apply()
  }

  async #receivedRest (pending: Promise<void>, from: PeerId, peer: ClientPeer | undefined, blocks: ReceivedBlock[]): Promise<void> {
    await pending
    this.#components.driver.apply()

    for (const block of blocks) {
      await this.#verify(from, peer, block)
      this.#components.driver.apply()
    }
  }

  #verify (from: PeerId, peer: ClientPeer | undefined, received: ReceivedBlock): void | Promise<void> {
    if (peer != null && this.#unasked.drops(peer, received.bytes.length, this.#components.planner.board.wants.size)) {
      return
    }

    try {
      const block = verifyBlock(received, this.#components.getHasher)

      if (block instanceof Promise) {
        return block.then(
          async block => { await this.#verified(from, peer, block) },
          error => { this.#malformed(from, peer, received, error) }
        )
      }

      return this.#verified(from, peer, block)
    } catch (error) {
      this.#malformed(from, peer, received, error)
    }
  }

  #malformed (from: PeerId, peer: ClientPeer | undefined, { bytes }: ReceivedBlock, error: unknown): void {
    this.stats.malformed++
    this.stats.malformedData += bytes.length
    this.#components.log('a block from %p cannot be verified - %e', from, error)

    // that we lack its hash function is no fault of whoever was asked for it
    if (peer != null && !(error instanceof UnknownHashError && peer.spendAnswer())) {
      this.#unasked.sent(peer, bytes.length)
    }
  }

  /** Never throws. A promise only when the store is too far behind. */
  #verified (from: PeerId, peer: ClientPeer | undefined, block: VerifiedBlock): void | Promise<void> {
    const { planner, arrivals, waiters, clock } = this.#components
    const { bytes, multihashKey: key } = block
    const known = planner.board.wants.has(key) || this.#recent.has(key)
    // it may have crossed with our cancel, or come from others before
    const isAnswer = peer == null || (peer.spendAnswer() && (known || planner.givenUp.has(key)))
    const want = planner.blockReceived(peer, key, bytes.length, clock.now())

    this.stats.blocksReceived++
    this.stats.dataReceived += bytes.length

    if (want == null) {
      const kind = known ? 'duplicate' : 'unwanted'

      countWaste(this.stats, kind, bytes.length)
      arrivals.blockReceived(block.cid, from, bytes.length, kind)

      if (peer != null && !isAnswer) {
        this.#unasked.sent(peer, bytes.length)
      }

      return
    }

    if (peer != null) {
      this.#components.useful.delivered(peer)
    }

    this.#recent.add(key)
    arrivals.blockReceived(want.cid, from, bytes.length, 'wanted')
    this.#refuseTooLarge(key, bytes.length)

    if (!waiters.has(key)) {
      planner.settled(want, clock.now())

      return
    }

    return this.#store(want, bytes, from)
  }

  #store (want: Want, bytes: Uint8Array, from: PeerId): void | Promise<void> {
    let put: unknown

    try {
      put = nativePromise<unknown>(this.#components.blockstore.put(want.cid, bytes))
    } catch (error) {
      this.#storeFailed(want, error)

      return
    }

    if (put instanceof Promise) {
      return this.#storing(put, want, bytes, from)
    }

    this.#stored(want, bytes, from)
  }

  #storing (put: Promise<unknown>, want: Want, bytes: Uint8Array, from: PeerId): void | Promise<void> {
    const { driver, log } = this.#components

    this.#storingBytes += bytes.length
    detach(put.then(
      () => { this.#stored(want, bytes, from) },
      error => { this.#storeFailed(want, error) }
    ).finally(() => {
      this.#storingBytes -= bytes.length
      driver.apply()

      if (this.#storingBytes <= this.#options.maxStoringBytes) {
        this.#storedSome?.resolve()
        this.#storedSome = undefined
      }
    }), log, 'storing a block')

    // cancels go out now, not when the store is done
    driver.apply()

    if (this.#storingBytes > this.#options.maxStoringBytes) {
      this.#storedSome ??= Promise.withResolvers()

      return this.#storedSome.promise
    }
  }

  #stored (want: Want, bytes: Uint8Array, from: PeerId): void {
    const { planner, waiters, arrivals, clock } = this.#components

    planner.settled(want, clock.now())
    // of those who came while it was being stored
    this.#refuseTooLarge(want.key, bytes.length)

    for (const waiter of waiters.take(want.key)) {
      waiter.onProgress?.(new CustomProgressEvent('bitswap:block', { cid: waiter.cid, sender: from }))
      waiter.arrived(bytes, from)
    }

    arrivals.blockStored(want.cid, bytes)
  }

  #storeFailed (want: Want, error: unknown): void {
    const { planner, waiters, clock, log } = this.#components

    log.error('block %c could not be stored - %e', want.cid, error)
    planner.settled(want, clock.now())

    for (const waiter of waiters.take(want.key)) {
      waiter.failed(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #refuseTooLarge (key: string, size: number): void {
    for (const waiter of this.#components.waiters.takeTooSmall(key, size)) {
      waiter.failed(new BlockTooLargeError(waiter.cid, size, waiter.maxSize))
    }
  }
}
