/**
 * What stays, for one collection: marked once at its beginning, and again whenever
 * something comes to be kept while it goes on. See `garbage-collector.ts`.
 */
import { dagLinks } from '../files/dag-links.ts'
import { reasonOf } from '../reason-of.ts'
import { DagClosure, mayLink } from '../pins/dag-closure.ts'
import { readIfThere } from '../pins/read-if-there.ts'
import { KeySet } from '../store/key-set.ts'
import type { GarbageCollectorComponents, WatchedBitswap } from './garbage-collector.ts'
import type { ServedBlocks } from './served-blocks.ts'
import type { Tracker } from '../store/block-guard.ts'
import type { CID } from 'multiformats/cid'

/** Damaged or missing blocks that are named; the others are counted. */
const MAX_WARNINGS = 10

export interface MarkingComponents extends GarbageCollectorComponents {
  served: ServedBlocks
  warn: (message: string) => void
}

export class Marking {
  readonly #components: MarkingComponents
  readonly #signal: AbortSignal
  readonly #closure: DagClosure
  /** Used since the collection began. */
  readonly #tracker: Tracker
  /** Used while something else was held, before the collection began and since. */
  readonly #written: KeySet[]
  /** Roots to keep whose graphs are not marked yet, by CID. As many as come while some are being marked. */
  readonly #new: Map<string, CID> = new Map()
  readonly #unsubscribe: () => void
  /** Missing and damaged blocks below pins. */
  readonly #named: KeySet = new KeySet()
  #isAtPins = false

  constructor (components: MarkingComponents, signal: AbortSignal) {
    const { blockstore, pins: { holds } } = components
    const add = (cid: CID): void => { this.#add(cid) }

    this.#components = components
    this.#signal = signal
    this.#closure = new DagClosure({
      read: async cid => await this.#read(cid),
      onUnreadable: (cid, error) => { this.#warn(cid, `cannot be made sense of, so what it links to is not kept: ${reasonOf(error)}`) }
    })
    // from here on nothing comes to be kept unnoticed; what was before is looked at after
    this.#tracker = blockstore.track(add)
    this.#unsubscribe = holds.onHold(add)
    this.#written = holds.written
    holds.roots.forEach(add)
  }

  /** Marks what is kept now. */
  async markAll (): Promise<void> {
    const { pins, served, bitswap } = this.#components

    for (const cid of bitswap == null ? [] : wantedOf(bitswap)) {
      this.#add(cid)
    }

    for await (const cid of served.fetched(async cid => await this.#linksOf(cid))) {
      this.#add(cid)
    }

    this.#isAtPins = true

    for await (const { cid, type } of pins.records({ signal: this.#signal })) {
      if (type === 'recursive') {
        await this.#closure.includeAll(cid, { signal: this.#signal })
      } else {
        this.#closure.add(cid)
      }
    }

    this.#isAtPins = false
    await this.markNew()

    if (this.#named.size > MAX_WARNINGS) {
      this.#components.warn(`of pinned graphs ${this.#named.size - MAX_WARNINGS} more blocks are missing or damaged`)
    }
  }

  /** Marks what has come to be kept since. Nothing is removed meanwhile. */
  async markNew (): Promise<void> {
    for (const [key, cid] of this.#new) { // also those that come meanwhile, and those that come again
      this.#new.delete(key)
      await this.#closure.includeAll(cid, { signal: this.#signal })
    }
  }

  /** Whether something came to be kept, and what is below it is not marked. */
  get hasNew (): boolean {
    return this.#new.size > 0
  }

  keeps (cid: CID): boolean {
    return this.#closure.blocks.has(cid) || this.#tracker.used.has(cid) || this.#written.some(written => written.has(cid))
  }

  end (): void {
    this.#tracker.end()
    this.#unsubscribe()
  }

  /** What is below a block that was looked into is marked, or about to be. */
  #add (cid: CID): void {
    if (!mayLink(cid)) {
      this.#closure.add(cid)
    } else if (!this.#closure.hasUnfolded(cid)) {
      this.#new.set(Buffer.from(cid.bytes).toString('latin1'), cid)
    }
  }

  async #linksOf (cid: CID): Promise<CID[]> {
    const bytes = await readIfThere(this.#components.blockstore, cid, { signal: this.#signal })

    try {
      return bytes == null ? [] : dagLinks(cid, bytes)
    } catch {
      return [] // it is no reason to keep it
    }
  }

  async #read (cid: CID): Promise<Uint8Array | undefined> {
    const bytes = await readIfThere(this.#components.blockstore, cid, { signal: this.#signal })

    if (bytes == null) {
      this.#warn(cid, 'is missing or damaged: what is only below it is not kept')
    }

    return bytes
  }

  #warn (cid: CID, what: string): void {
    if (this.#isAtPins && this.#named.add(cid) && this.#named.size <= MAX_WARNINGS) {
      this.#components.warn(`pinned block ${cid} ${what}`)
    }
  }
}

/** What peers want of us now. */
function * wantedOf (bitswap: Pick<WatchedBitswap, 'stat' | 'wantlistForPeer'>): Generator<CID> {
  for (const peer of bitswap.stat().peers) {
    for (const { cid } of bitswap.wantlistForPeer(peer)) {
      yield cid
    }
  }
}
