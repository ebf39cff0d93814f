/**
 * What is to stay: a block (a direct pin), or a root with all that is below it
 * (a recursive one). Everything else is garbage, and may be collected (`gc/`).
 *
 * A recursive pin is recorded when the graph is here as a whole, not before.
 * Identity CIDs may be pinned, and nothing comes of it: they are their own blocks.
 *
 * Bounds: pins are read from the datastore one by one. What looks below roots takes
 * 16 bytes and some for each block there.
 */
import { InvalidArgumentError } from '../errors.ts'
import { Holds } from '../store/holds.ts'
import { KeySet } from '../store/key-set.ts'
import { multihashKey } from '../store/multihash-key.ts'
import { DagClosure } from './dag-closure.ts'
import { NotPinnedError, PinnedRecursivelyError } from './errors.ts'
import { fetchGraph } from './fetch-graph.ts'
import { PassedOver } from './passed-over.ts'
import { PinRecords } from './pin-records.ts'
import { readIfThere } from './read-if-there.ts'
import type { FetchGraphOptions } from './fetch-graph.ts'
import type { OnDamaged } from './passed-over.ts'
import type { PinDatastore, PinRecord, PinType } from './pin-records.ts'
import type { RepoBlockstore } from '../store/repo-blockstore.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

/** Bytes of a name; the same as in Kubo. */
export const MAX_NAME_SIZE = 255

/** A pin, or a block that is kept by one. */
export type Pin =
  | { cid: CID, type: PinType, name?: string }
  | { cid: CID, type: 'indirect', through: CID }

export interface PinsComponents {
  datastore: PinDatastore
  blockstore: RepoBlockstore
  /** What is held while it is being pinned, among others. */
  holds?: Holds
}

export interface AddPinOptions extends FetchGraphOptions {
  /** At most {@link MAX_NAME_SIZE} bytes. A pin that has one keeps it when none is given. */
  name?: string
  /** The caller has just stored all of it, and holds it: it need not be looked through. */
  isComplete?: boolean
}

export interface ListPinsOptions extends AbortOptions {
  type?: PinType | 'indirect' | 'all'
}

export interface ListKeysOptions extends AbortOptions {
  /** Told of what is damaged, which is passed over then. For who can do without some of the list. */
  onDamaged?: OnDamaged
}

export class Pins {
  readonly holds: Holds
  readonly #records: PinRecords
  readonly #blockstore: RepoBlockstore
  #changing: Promise<unknown> = Promise.resolve()

  constructor ({ datastore, blockstore, holds = new Holds(blockstore) }: PinsComponents) {
    this.holds = holds
    this.#records = new PinRecords(datastore)
    this.#blockstore = blockstore
  }

  /**
   * Pins a block, recursively unless told otherwise. What is pinned already is
   * looked through again, and completed. A direct pin becomes a recursive one.
   *
   * @throws PinnedRecursivelyError when a direct pin is asked for, and it has more
   * @throws InvalidArgumentError for a name that is too long
   * @throws what `fetch` throws for a block that cannot be had; nothing is recorded then
   */
  async add (cid: CID, options: AddPinOptions = {}): Promise<void> {
    const { recursive = true, name } = options

    if (name != null && new TextEncoder().encode(name).byteLength > MAX_NAME_SIZE) {
      throw new InvalidArgumentError('name', name.slice(0, 40), `it is longer than ${MAX_NAME_SIZE} bytes`)
    }

    const hold = this.holds.hold(cid)

    try {
      if (!recursive && (await this.#records.get(cid, options))?.type === 'recursive') {
        throw new PinnedRecursivelyError(cid) // before anything is fetched
      }

      if (options.isComplete !== true) {
        await fetchGraph(cid, this.#blockstore, { ...options, recursive })
      }

      await this.#record(cid, recursive, options)
    } finally {
      hold.release()
    }
  }

  async #record (cid: CID, recursive: boolean, { name, ...options }: AddPinOptions): Promise<void> {
    await this.#change(async () => {
      options.signal?.throwIfAborted()
      const before = await this.#records.get(cid, options)

      if (!recursive && before?.type === 'recursive') {
        throw new PinnedRecursivelyError(cid)
      }

      const kept = name ?? before?.name

      await this.#records.put({ cid, type: recursive ? 'recursive' : 'direct', ...kept == null ? {} : { name: kept } }, options)
    })
  }

  /**
   * Removes a pin. The blocks stay until garbage is collected.
   *
   * @throws NotPinnedError, which names the root it is pinned through if there is one
   * @throws PinnedRecursivelyError when `recursive` is false, and the pin is recursive
   */
  async rm (cid: CID, options: AbortOptions & { recursive?: boolean } = {}): Promise<void> {
    const removed = await this.#change(async () => {
      const pin = await this.#records.get(cid, options)

      if (pin?.type === 'recursive' && options.recursive === false) {
        throw new PinnedRecursivelyError(cid)
      }

      if (pin != null) {
        await this.#records.delete(cid, options)
      }

      return pin != null
    })

    if (!removed) {
      const [pin] = await this.find([cid], options)

      throw new NotPinnedError(cid, pin?.type === 'indirect' ? pin.through : undefined)
    }
  }

  /** Pins, then what they keep beside the roots, each block once. */
  async * ls (options: ListPinsOptions = {}): AsyncGenerator<Pin> {
    const { type = 'all' } = options

    if (type !== 'indirect') {
      for await (const record of this.#records.all(options)) {
        if (type === 'all' || type === record.type) {
          yield record
        }
      }
    }

    if (type === 'all' || type === 'indirect') {
      yield * this.#indirect(options)
    }
  }

  /**
   * How each of these blocks is pinned, whatever it is read as; undefined where it
   * is not. Looks below roots until all are found.
   */
  async find (cids: readonly CID[], options: AbortOptions = {}): Promise<Array<Pin | undefined>> {
    const found: Array<Pin | undefined> = await Promise.all(cids.map(async cid => await this.#recordOf(cid, options)))
    const sought = new Map<string, number[]>()

    for (const [index, cid] of cids.entries()) {
      if (found[index] == null) {
        sought.set(multihashKey(cid), [...sought.get(multihashKey(cid)) ?? [], index])
      }
    }

    if (sought.size === 0) {
      return found
    }

    for await (const { cid, through } of this.#below(options)) {
      const indexes = sought.get(multihashKey(cid))

      for (const index of indexes ?? []) {
        found[index] = { cid: cids[index] ?? cid, type: 'indirect', through }
      }

      if (indexes != null && sought.delete(multihashKey(cid)) && sought.size === 0) {
        break
      }
    }

    return found
  }

  /** Whether a block is kept by any pin. */
  async isPinned (cid: CID, options?: AbortOptions): Promise<boolean> {
    const [pin] = await this.find([cid], options)

    return pin != null
  }

  /**
   * What is pinned, in whatever way.
   *
   * @throws DamagedPinError, unless `onDamaged` is told of it
   */
  async * roots (options?: ListKeysOptions): AsyncGenerator<CID> {
    for await (const { cid } of this.#records.all(options)) {
      yield cid
    }
  }

  /** As {@link roots}, and how. */
  records (options?: AbortOptions): AsyncGenerator<PinRecord> {
    return this.#records.all(options)
  }

  /**
   * Every block that is kept by a pin, once, as it is linked to. Not whether it is
   * here: what is missing or damaged is listed as well, without what is below it.
   *
   * With `onDamaged` the same goes for what cannot be read, and all of it is told.
   *
   * @throws DamagedPinError, and what reading a block fails with, without `onDamaged`
   */
  async * allKeys ({ onDamaged, ...options }: ListKeysOptions = {}): AsyncGenerator<CID> {
    const passedOver = onDamaged == null ? undefined : new PassedOver(this.#blockstore, onDamaged, options)
    const closure = passedOver?.closure ?? this.#closure(options)

    for await (const record of this.#records.all({ ...options, ...onDamaged == null ? {} : { onDamaged } })) {
      if (record.type === 'recursive') {
        for await (const cids of passedOver?.include(record.cid) ?? closure.include(record.cid, options)) {
          yield * cids
        }
      } else if (closure.add(record.cid)) {
        yield record.cid
      }
    }
  }

  async * #indirect (options: AbortOptions): AsyncGenerator<Pin> {
    const pinned = new KeySet()

    for await (const { cid } of this.#records.all(options)) {
      pinned.add(cid)
    }

    for await (const { cid, through } of this.#below(options)) {
      if (!pinned.has(cid)) {
        yield { cid, type: 'indirect', through }
      }
    }
  }

  /** All that recursive pins keep, each block once, with the first root it was met below; roots that are below none are met at themselves. */
  async * #below (options: AbortOptions): AsyncGenerator<{ cid: CID, through: CID }> {
    const closure = this.#closure(options)

    for await (const { cid: through, type } of this.#records.all(options)) {
      if (type === 'recursive') {
        for await (const cids of closure.include(through, options)) {
          for (const cid of cids) {
            yield { cid, through }
          }
        }
      }
    }
  }

  /** The recursive one where there are several. */
  async #recordOf (cid: CID, options: AbortOptions): Promise<Pin | undefined> {
    let found: PinRecord | undefined

    for await (const record of this.#records.ofBlock(cid, options)) {
      found = record.type === 'recursive' ? record : found ?? record
    }

    return found
  }

  #closure (options: AbortOptions): DagClosure {
    return new DagClosure({ read: async cid => await readIfThere(this.#blockstore, cid, options) })
  }

  /** Changes one after the other: each looks at what there is before it writes. */
  async #change<T> (change: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(change)

    this.#changing = changed.catch(() => undefined)

    return await changed
  }
}
