/**
 * What was sent to peers of late, so that the rest of what they fetch is not
 * collected under their hands: a peer wants a window of a graph at a time, and
 * nothing says that it will want the rest.
 *
 * A block with links counts as being fetched while it was sent within the grace,
 * or something directly below it was, or is being fetched itself. So the root of a
 * large graph stays as long as the fetch goes on, and no longer than the grace
 * after it. Who has a block was sent before what is below it: newest first is
 * bottom up.
 *
 * Bounds: `maxServed` blocks with links, by CID, and the keys of as many without,
 * or of twice as many; what was sent longest ago is forgotten.
 */
import { mayLink } from '../pins/dag-closure.ts'
import { KeySet } from '../store/key-set.ts'
import type { GarbageOptions } from './options.ts'
import type { CID } from 'multiformats/cid'

interface Served {
  cid: CID
  at: number
}

export class ServedBlocks {
  readonly #options: GarbageOptions
  readonly #now: () => number
  /** By CID; the last sent comes last. */
  readonly #linking: Map<string, Served> = new Map()
  // of blocks without links two generations, each of a grace at the most
  #leaves: KeySet = new KeySet()
  #olderLeaves: KeySet = new KeySet()
  #leavesSince: number

  constructor (options: GarbageOptions, now: () => number) {
    this.#options = options
    this.#now = now
    this.#leavesSince = now()
  }

  /** A block was sent. Cheap: it is called for each. */
  sent (cid: CID): void {
    const now = this.#now()

    if (!mayLink(cid)) {
      this.#ageLeaves(now)
      this.#leaves.add(cid)

      return
    }

    const key = cid.toString()

    this.#linking.delete(key)
    this.#linking.set(key, { cid, at: now })

    if (this.#linking.size > this.#options.maxServed) {
      this.#linking.delete(this.#linking.keys().next().value ?? '')
    }
  }

  /**
   * The blocks whose graphs are being fetched, and forgets the others.
   *
   * @param linksOf - what a block links to; nothing when that cannot be told
   */
  async * fetched (linksOf: (cid: CID) => Promise<CID[]>): AsyncGenerator<CID> {
    const now = this.#now()
    const fetched = new KeySet()

    this.#ageLeaves(now)

    for (const [key, { cid, at }] of [...this.#linking].reverse()) {
      const isRecent = now - at < this.#options.servedGrace

      if (isRecent || (await linksOf(cid)).some(link => fetched.has(link) || this.#leaves.has(link) || this.#olderLeaves.has(link))) {
        fetched.add(cid)
        yield cid
      } else if (this.#linking.get(key)?.at === at) { // not sent again meanwhile
        this.#linking.delete(key)
      }
    }
  }

  #ageLeaves (now: number): void {
    const age = now - this.#leavesSince

    if (age >= this.#options.servedGrace || this.#leaves.size >= this.#options.maxServed) {
      this.#olderLeaves = age >= 2 * this.#options.servedGrace ? new KeySet() : this.#leaves
      this.#leaves = new KeySet()
      this.#leavesSince = now
    }
  }
}
