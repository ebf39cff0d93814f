/**
 * Where a DHT keeps its records: in memory, by block, and bounded. In libp2p's
 * own store they would have no bound, though strangers bring them, and each
 * question of a peer would read all of them.
 *
 * Records that we have a block are kept for those who ask us, and left out where
 * all are listed: kad-dht lists them to announce each again by itself, for ever,
 * and what is announced is decided elsewhere. They are dropped after 48 hours, as
 * those of others are by kad-dht.
 *
 * Limits: `maxRecords`; 256 of one block. Over the first, those go whose block
 * was written of the longest ago, a quarter at once; over the second, the oldest.
 */
import { BaseDatastore } from 'datastore-core'
import { NotFoundError } from 'interface-store'
import type { Key, Pair, Query } from 'interface-datastore'

/** Records of one block. */
const MAX_OF_ONE = 256

/** How long a record holds, in milliseconds. */
const VALIDITY = 48 * 3_600_000

interface Kept extends Pair {
  at: number
}

export class DhtRecords extends BaseDatastore {
  readonly #maxRecords: number
  /** How the name of a record ends that is ours. */
  readonly #own: string
  readonly #now: () => number
  /** By what stands before the last part of the name, that written of last at the end. */
  readonly #groups: Map<string, Map<string, Kept>> = new Map()
  #size = 0

  constructor (self: string, maxRecords: number, now: () => number = () => performance.now()) {
    super()
    this.#own = `/${self}`
    this.#maxRecords = maxRecords
    this.#now = now
  }

  get size (): number {
    return this.#size
  }

  override put (key: Key, value: Uint8Array): Key {
    const [name, group] = namesOf(key)
    const records = this.#groups.get(group) ?? new Map<string, Kept>()

    this.#size += records.delete(name) ? 0 : 1
    records.set(name, { key, value, at: this.#now() })
    this.#groups.delete(group)
    this.#groups.set(group, records)

    if (records.size > MAX_OF_ONE) {
      this.delete(first(records.values()).key)
    }

    if (this.#size > this.#maxRecords) {
      this.#forget()
    }

    return key
  }

  override get (key: Key): Uint8Array {
    const [name, group] = namesOf(key)
    const kept = this.#groups.get(group)?.get(name)

    if (kept == null) {
      throw new NotFoundError(`no record ${name}`)
    }

    return kept.value
  }

  override has (key: Key): boolean {
    const [name, group] = namesOf(key)

    return this.#groups.get(group)?.has(name) === true
  }

  override delete (key: Key): void {
    const [name, group] = namesOf(key)
    const records = this.#groups.get(group)

    if (records?.delete(name) === true) {
      this.#size--

      if (records.size === 0) {
        this.#groups.delete(group)
      }
    }
  }

  override async * _all ({ prefix = '' }: Query): AsyncGenerator<Pair> {
    const records = this.#groups.get(prefix)

    if (records != null) {
      yield * records.values()
      return
    }

    for (const [group, others] of this.#groups) {
      if (group.startsWith(prefix)) {
        yield * this.#listed(others)
      }
    }
  }

  * #listed (records: Map<string, Kept>): Generator<Pair> {
    for (const [name, kept] of records) {
      if (!name.endsWith(this.#own)) {
        yield kept
      } else if (this.#now() - kept.at > VALIDITY) {
        this.delete(kept.key)
      }
    }
  }

  #forget (): void {
    for (const [group, records] of this.#groups) {
      if (this.#size <= this.#maxRecords * 3 / 4) {
        return
      }

      this.#groups.delete(group)
      this.#size -= records.size
    }
  }
}

/** Its name, and that of the block it is about. */
function namesOf (key: Key): [string, string] {
  const name = key.toString()

  return [name, name.slice(0, name.lastIndexOf('/'))]
}

function first<T> (values: Iterable<T>): T {
  for (const value of values) {
    return value
  }

  throw new Error('there is none')
}
