/**
 * What is to be announced, in the datastore of the repo: one record for each CID,
 * under its multihash, and one for where the sweep is. Both with the time of day,
 * so that they are as old after a restart as they are.
 *
 * A record: one byte for the kind, eight for the time since when it waits, and the
 * CID. One that cannot be read, or whose CID is not that of its key, is removed.
 *
 * Limits: as many as are put; they are read one after the other, never all at once.
 */
import { Key } from 'interface-datastore/key'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { listedUntilAborted } from '../until-aborted.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { ProvideChange, ProvideKind, ProvideStore, SavedProvide, SavedProvides, SavedSweep } from 'ts-bitswap'

const ENTRIES = '/bitswap/provides/entries/'
const SWEEP = new Key('/bitswap/provides/sweep')

/** Written as their place in this list: one may be added at the end. */
const KINDS: readonly ProvideKind[] = ['root', 'block', 'swept']

/** Before the CID. */
const HEADER = 9

/** Queued in one write. */
const MAX_WRITTEN = 4096

/** Records that are made in a turn of the event loop. */
const STRETCH = 1024

interface WrittenSweep {
  phase: number
  strategy: string
  /** When its place was due, in milliseconds since 1970. */
  at: number
}

export interface EnqueueOptions extends AbortOptions {
  /**
   * They are roots, and go before blocks.
   *
   * @default true
   */
  root?: boolean
}

export type ProvidesDatastore = Pick<Datastore, 'has' | 'get' | 'delete' | 'batch' | 'query'>

export class RepoProvides implements ProvideStore {
  readonly #datastore: ProvidesDatastore
  readonly #now: () => number

  /** @param now - the time of day, in milliseconds since 1970 */
  constructor (datastore: ProvidesDatastore, now: () => number = () => Date.now()) {
    this.#datastore = datastore
    this.#now = now
  }

  async load (options: AbortOptions = {}): Promise<SavedProvides> {
    return { sweep: await this.#loadSweep(options), entries: this.#entries(options) }
  }

  async apply (change: ProvideChange, options: AbortOptions = {}): Promise<void> {
    const now = this.#now()
    const batch = this.#datastore.batch()
    let noted = 0

    for (const cid of change.delete) {
      batch.delete(keyOf(cid))
      await afterStretch(++noted)
    }

    for (const saved of change.put) {
      batch.put(keyOf(saved.cid), write(saved, now))
      await afterStretch(++noted)
    }

    if (change.sweep != null) {
      const { phase, strategy, ago } = change.sweep
      const written: WrittenSweep = { phase, strategy, at: now - ago }

      batch.put(SWEEP, new TextEncoder().encode(JSON.stringify(written)))
    }

    await batch.commit(options)
  }

  /**
   * Queues these for the node that runs on this repo next. Not for a repo on which
   * one runs: it would not see them before its own next start. An aborted signal ends
   * it at once, also while `cids` does not answer; what was written by then stays.
   */
  async enqueue (cids: Iterable<CID> | AsyncIterable<CID>, { root = true, ...options }: EnqueueOptions = {}): Promise<void> {
    const kind = root ? 'root' : 'block'
    let put: SavedProvide[] = []

    for await (const cid of listedUntilAborted(cids, options.signal)) {
      if (cid.multihash.code === identity.code) { // never announced, so never deleted either
        continue
      }

      if (root || !await this.#datastore.has(keyOf(cid), options)) { // it may be there as a root
        put.push({ cid, kind, waited: 0 })
      }

      if (put.length >= MAX_WRITTEN) {
        await this.apply({ put, delete: [] }, options)
        put = []
      }
    }

    if (put.length > 0) {
      await this.apply({ put, delete: [] }, options)
    }
  }

  /** Undefined also when it is damaged: then everything is due. */
  async #loadSweep (options: AbortOptions): Promise<SavedSweep | undefined> {
    if (!await this.#datastore.has(SWEEP, options)) {
      return undefined
    }

    const text = new TextDecoder().decode(await this.#datastore.get(SWEEP, options))

    try {
      const { phase, strategy, at } = JSON.parse(text) as WrittenSweep

      return Number.isFinite(at) ? { phase, strategy, ago: Math.max(0, this.#now() - at) } : undefined
    } catch {
      return undefined
    }
  }

  /** Roots first: gone through twice, since they are in the order of their hashes. */
  async * #entries (options: AbortOptions): AsyncGenerator<SavedProvide> {
    for (const roots of [true, false]) {
      for await (const { key, value } of this.#datastore.query({ prefix: ENTRIES }, options)) {
        const saved = read(value, this.#now())

        if (saved == null || keyOf(saved.cid).toString() !== key.toString()) {
          await this.#datastore.delete(key, options)
        } else if (roots === (saved.kind === 'root')) {
          yield saved
        }
      }
    }
  }
}

/** A change may be of tens of thousands: others have a turn of the event loop in between. */
async function afterStretch (noted: number): Promise<void> {
  if (noted % STRETCH === 0) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
}

function keyOf (cid: CID): Key {
  return new Key(ENTRIES + base32.encode(cid.multihash.bytes), false)
}

function write ({ cid, kind, waited }: SavedProvide, now: number): Uint8Array {
  const bytes = new Uint8Array(HEADER + cid.bytes.length)

  bytes[0] = KINDS.indexOf(kind)
  new DataView(bytes.buffer).setFloat64(1, now - waited)
  bytes.set(cid.bytes, HEADER)

  return bytes
}

/** Undefined when it is none. */
function read (bytes: Uint8Array, now: number): SavedProvide | undefined {
  const kind = KINDS[bytes[0] ?? KINDS.length]

  if (kind == null || bytes.length <= HEADER) {
    return undefined
  }

  const since = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1)

  try {
    // not a view: the CID would keep the whole record, and what it lies in
    const cid = CID.decode(bytes.slice(HEADER))

    return Number.isFinite(since) ? { cid, kind, waited: Math.max(0, now - since) } : undefined
  } catch {
    return undefined
  }
}
