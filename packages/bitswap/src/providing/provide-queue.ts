/**
 * What waits to be announced, and what of it is next. Pure. Each block once, by
 * its multihash, from when it is added until it was announced or given up: also
 * while it is being announced.
 *
 * Order: roots; then blocks and what the sweep brought, one of each. What failed
 * waits aside, and comes back to the end of its line.
 *
 * Limits: `maxQueued`, of which the sweep has half where there is one. No
 * operation costs more for more entries, but for the logarithm of how many there
 * are that the ages take when one comes or goes.
 */
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../core/cid-map.ts'
import { EntryAges } from './entry-ages.ts'
import { EntryList } from './entry-list.ts'
import type { ProvidingOptions } from './options.ts'
import { ProvideEntry } from './provide-entry.ts'
import { ProvideKind } from './provide-store.ts'
import { RestingEntries } from './resting-entries.ts'

export type ProvideQueueOptions = Pick<ProvidingOptions, 'maxQueued' | 'maxAttempts' | 'retryDelay' | 'maxRetryDelay'> & {
  /** There is something to sweep. */
  sweeps: boolean
}

/** What became of a CID that was added. */
export interface Added {
  /** To be kept: it is new, or it is a root now. */
  changed?: ProvideEntry
  /** Made room: no longer to be kept. */
  displaced?: ProvideEntry
  /** There was no room for it. */
  dropped?: true
}

const KNOWN: Added = Object.freeze({})
const DROPPED: Added = Object.freeze({ dropped: true })

export class ProvideQueue {
  readonly #options: ProvideQueueOptions
  readonly #entries: Map<string, ProvideEntry> = new Map()
  readonly #ready: Readonly<Record<ProvideKind, EntryList>> = { root: new EntryList(), block: new EntryList(), swept: new EntryList() }
  readonly #resting: RestingEntries
  /** Of all entries; those that came by the sweep are apart. */
  readonly #sweptAges: EntryAges = new EntryAges()
  readonly #otherAges: EntryAges = new EntryAges()
  #swept = 0
  #inFlight = 0
  #sweptIsNext = false
  /** How many were announced; what failed since counts as failing while others do not. */
  #provided = 0
  #failed = 0
  #dropped = 0

  constructor (options: ProvideQueueOptions) {
    this.#options = options
    this.#resting = new RestingEntries(options)
  }

  /** With those that are being announced. */
  get size (): number {
    return this.#entries.size
  }

  get inFlight (): number {
    return this.#inFlight
  }

  get provided (): number {
    return this.#provided
  }

  /** Given up. */
  get failed (): number {
    return this.#failed
  }

  /** For want of room. */
  get dropped (): number {
    return this.#dropped
  }

  /** Those that failed and wait. */
  get retrying (): number {
    return this.#resting.size
  }

  has (cid: CID): boolean {
    return this.#entries.has(multihashKey(cid))
  }

  /** How many more fit. */
  roomFor (kind: ProvideKind): number {
    const { size } = this.#entries
    const taken = !this.#options.sweeps ? size : kind === ProvideKind.Swept ? this.#swept : size - this.#swept

    return this.capacityFor(kind) - taken
  }

  /** How many fit. */
  capacityFor (kind: ProvideKind): number {
    const { maxQueued, sweeps } = this.#options
    const half = maxQueued >> 1

    return !sweeps ? maxQueued : kind === ProvideKind.Swept ? half : maxQueued - half
  }

  /**
   * A root moves up, be it there already; of no other kind is anything changed
   * that is there.
   *
   * @param now - or since when it waits
   */
  add (cid: CID, kind: ProvideKind, now: number): Added {
    const known = this.#entries.get(multihashKey(cid))

    if (known != null) {
      return kind === ProvideKind.Root ? this.#promote(known) : KNOWN
    }

    let displaced: ProvideEntry | undefined

    if (this.roomFor(kind) <= 0) {
      displaced = kind === ProvideKind.Root ? this.#displace() : undefined
      this.#dropped++

      if (displaced == null) {
        return DROPPED
      }
    }

    return { changed: this.#insert(new ProvideEntry(cid, kind, now)), ...displaced == null ? {} : { displaced } }
  }

  /** As {@link add}, of what was kept: undefined when there is no room for it, which is not counted. */
  restore (cid: CID, kind: ProvideKind, since: number): ProvideEntry | undefined {
    const known = this.#entries.get(multihashKey(cid))

    if (known != null) {
      return known
    }

    return this.roomFor(kind) > 0 ? this.#insert(new ProvideEntry(cid, kind, since)) : undefined
  }

  /** As {@link restore}, of what was picked by the sweep and kept: there may be less room by now. */
  addSwept (entry: ProvideEntry): boolean {
    const isThere = this.#entries.has(entry.key)
    const fits = this.roomFor(ProvideKind.Swept) > 0

    if (!isThere && fits) {
      this.#insert(entry)
    }

    return isThere || fits
  }

  /** The next one. It is in flight then, until one of {@link finish}, {@link fail} and {@link putBack}. */
  take (now: number): ProvideEntry | undefined {
    this.#bringBack(now)

    const { root, block, swept } = this.#ready
    const [first, second] = this.#sweptIsNext ? [swept, block] : [block, swept]
    const entry = root.shift() ?? first.shift() ?? second.shift()

    if (entry != null) {
      this.#inFlight++

      if (entry.kind !== ProvideKind.Root) {
        this.#sweptIsNext = entry.kind === ProvideKind.Block
      }
    }

    return entry
  }

  /** When one that failed is due; now, when something is ready. Undefined when nothing is and none failed. */
  nextAt (now: number): number | undefined {
    if (Object.values(this.#ready).some(list => list.size > 0)) {
      return now
    }

    return this.#resting.nextAt
  }

  /** It was announced: from now on others count as failing while this one did not. It stays until {@link finish}. */
  succeed (): void {
    this.#provided++
  }

  /** It is gone, announced or given up. */
  finish (entry: ProvideEntry): void {
    this.#inFlight--
    this.#remove(entry)
  }

  /** Did it fail already since something was announced last? Then it says nothing new about the network. */
  hasFailed ({ setbacks }: ProvideEntry): boolean {
    return setbacks?.seen === this.#provided
  }

  /**
   * It failed, and waits. True when it is given up, and to be finished.
   *
   * @param counts - not, while everything fails
   */
  fail (entry: ProvideEntry, now: number, counts: boolean): boolean {
    const before = entry.setbacks
    const tries = (before?.tries ?? 0) + 1
    const attempts = (before?.attempts ?? 0) + (counts && !this.hasFailed(entry) ? 1 : 0)

    if (attempts >= this.#options.maxAttempts) {
      this.#failed++

      return true
    }

    this.#inFlight--
    this.#resting.add(entry, { tries, attempts, seen: this.#provided }, now)

    return false
  }

  /** It was not announced, through no fault of its own: it goes to the end of its line. */
  putBack (entry: ProvideEntry): void {
    this.#inFlight--
    this.#ready[entry.kind].push(entry)
  }

  /** For how long the one has waited that waits longest, and the longest of the sweep. Looks at two, however many there are. */
  waits (now: number): { oldest: number | undefined, swept: number } {
    const swept = this.#sweptAges.oldestSince
    const since = Math.min(swept ?? Infinity, this.#otherAges.oldestSince ?? Infinity)

    return { oldest: since === Infinity ? undefined : Math.max(0, now - since), swept: swept == null ? 0 : Math.max(0, now - swept) }
  }

  #insert (entry: ProvideEntry): ProvideEntry {
    this.#entries.set(entry.key, entry)
    this.#swept += entry.isSwept ? 1 : 0
    this.#ready[entry.kind].push(entry)
    this.#agesOf(entry).add(entry)

    return entry
  }

  #remove (entry: ProvideEntry): void {
    entry.list?.remove(entry)
    this.#entries.delete(entry.key)
    this.#swept -= entry.isSwept ? 1 : 0
    this.#agesOf(entry).remove(entry)
  }

  #agesOf ({ isSwept }: ProvideEntry): EntryAges {
    return isSwept ? this.#sweptAges : this.#otherAges
  }

  #promote (entry: ProvideEntry): Added {
    if (entry.kind === ProvideKind.Root) {
      return KNOWN
    }

    const isReady = entry.list === this.#ready[entry.kind]

    entry.kind = ProvideKind.Root

    if (isReady) {
      this.#ready.root.push(entry)
    }

    return { changed: entry }
  }

  /** The block that would be last makes room. */
  #displace (): ProvideEntry | undefined {
    const last = this.#ready.block.last

    if (last != null) {
      this.#remove(last)
    }

    return last
  }

  #bringBack (now: number): void {
    for (let entry = this.#resting.due(now); entry != null; entry = this.#resting.due(now)) {
      this.#ready[entry.kind].push(entry)
    }
  }
}
