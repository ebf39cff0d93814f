/**
 * Of all that is listed those whose turn it is, from the oldest on, and no more
 * than there is room for: what comes after them is left for the next time. Pure.
 */
import type { CID } from 'multiformats/cid'
import { Heap } from '../core/heap.ts'
import { phaseOf } from './phase.ts'
import { ProvideEntry } from './provide-entry.ts'
import { ProvideKind } from './provide-store.ts'
import type { SweepRange } from './sweep-plan.ts'

interface Picked {
  distance: number
  entry: ProvideEntry
}

export class SweepPick {
  readonly #range: SweepRange
  readonly #limit: number
  readonly #since: number
  /** The furthest first. */
  readonly #heap: Heap<Picked> = new Heap((a, b) => a.distance > b.distance)
  #end: number
  #dropped = 0

  /** @param limit - the most that are picked @param since - from when on they wait */
  constructor (range: SweepRange, limit: number, since: number) {
    this.#range = range
    this.#limit = limit
    this.#since = since
    this.#end = range.length
  }

  /** How much of the range it is that was picked, all of it. */
  get length (): number {
    return this.#end
  }

  /** Those that had no room, and are not left for the next time either: more than the limit with the very same phase. */
  get dropped (): number {
    return this.#dropped
  }

  /** Is it one of those whose turn it is? Then {@link add} it. */
  takes (cid: CID): boolean {
    return this.#distanceOf(cid) < this.#end
  }

  add (cid: CID): void {
    const distance = this.#distanceOf(cid)

    if (this.#heap.size >= this.#limit && distance < this.#end) {
      this.#leave(Math.max(distance, this.#heap.peek()?.distance ?? 0))
    }

    if (distance < this.#end) {
      if (this.#heap.size < this.#limit) {
        this.#heap.push({ distance, entry: new ProvideEntry(cid, ProvideKind.Swept, this.#since) })
      } else {
        this.#dropped++
      }
    }
  }

  /** The oldest first. Ends the picking. */
  takeAll (): ProvideEntry[] {
    const entries: ProvideEntry[] = []

    for (let picked = this.#heap.pop(); picked != null; picked = this.#heap.pop()) {
      entries.push(picked.entry)
    }

    return entries.reverse()
  }

  /** Leaves what is that far and further for the next time, unless that were everything. */
  #leave (distance: number): void {
    if (distance === 0) {
      return
    }

    this.#end = distance

    while ((this.#heap.peek()?.distance ?? -1) >= distance) {
      this.#heap.pop()
    }
  }

  #distanceOf (cid: CID): number {
    const distance = phaseOf(cid) - this.#range.phase

    return distance < 0 ? distance + 1 : distance
  }
}
