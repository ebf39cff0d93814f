/**
 * The messages and events of a trace, in the order of the run.
 *
 * Limits: so many messages, and as many events; those that come later are only
 * counted.
 */
import type { NetworkEvent } from './network-observer.ts'
import type { TraceEntry } from './trace-message.ts'

export type TraceRecord = TraceEntry | NetworkEvent

export class TraceLog {
  readonly entries: TraceEntry[] = []
  readonly events: NetworkEvent[] = []
  /** For each event, how many entries came before it. */
  readonly #places: number[] = []
  readonly #maxEntries: number
  #dropped = 0
  #droppedEvents = 0

  constructor (maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get dropped (): number {
    return this.#dropped
  }

  get droppedEvents (): number {
    return this.#droppedEvents
  }

  /** Keeps a message, which is made only when there is room. */
  addEntry (make: () => TraceEntry): void {
    if (this.entries.length < this.#maxEntries) {
      this.entries.push(make())
    } else {
      this.#dropped++
    }
  }

  addEvent (event: NetworkEvent): void {
    if (this.events.length >= this.#maxEntries) {
      this.#droppedEvents++

      return
    }

    this.events.push(event)
    this.#places.push(this.entries.length)
  }

  * records (): Generator<TraceRecord> {
    let next = 0

    for (const [i, event] of this.events.entries()) {
      for (; next < (this.#places[i] ?? 0); next++) {
        yield this.entries[next] as TraceEntry
      }

      yield event
    }

    for (; next < this.entries.length; next++) {
      yield this.entries[next] as TraceEntry
    }
  }
}
