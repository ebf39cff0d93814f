/**
 * Requests in the order in which they are to be served: priority, then age.
 * One peer's; whose turn it is among peers is not decided here. Holds no more
 * than the peer may want.
 */
import { Heap } from '../core/heap.ts'
import { isMoreUrgent } from './request.ts'
import type { Request } from './request.ts'

/** A number of bytes that several queues add up to. */
export interface ByteTally {
  bytes: number
}

interface Entry {
  request: Request
  bytes: number
  /** As they were when it was pushed: the heap relies on them. */
  priority: number
  order: number
  /** False once it was taken out: it is dropped from the heap when it surfaces. */
  live: boolean
}

export class RequestQueue {
  readonly #entries: Map<Request, Entry> = new Map()
  readonly #total: ByteTally | undefined
  #heap: Heap<Entry> = newHeap()
  #bytes = 0

  /** @param total - kept in step with the bytes of this queue and of others */
  constructor (total?: ByteTally) {
    this.#total = total
  }

  get size (): number {
    return this.#entries.size
  }

  has (request: Request): boolean {
    return this.#entries.has(request)
  }

  /** Sum of what {@link push} was told. */
  get bytes (): number {
    return this.#bytes
  }

  /** Must not be in the queue. When its priority changes, {@link update} it. */
  push (request: Request, bytes: number): void {
    const { priority, order } = request
    const entry = { request, bytes, priority, order, live: true }

    this.#entries.set(request, entry)
    this.#heap.push(entry)
    this.#count(bytes)
  }

  /** The most urgent. */
  peek (): Request | undefined {
    while (this.#heap.peek()?.live === false) {
      this.#heap.pop()
    }

    return this.#heap.peek()?.request
  }

  /** Takes it out, wherever it is. False when it was not in. */
  delete (request: Request): boolean {
    const entry = this.#entries.get(request)

    if (entry == null) {
      return false
    }

    entry.live = false
    this.#entries.delete(request)
    this.#count(-entry.bytes)
    this.#compact()

    return true
  }

  /** Puts it where its priority belongs by now. False when it is not in. */
  update (request: Request): boolean {
    const entry = this.#entries.get(request)

    if (entry == null) {
      return false
    }

    this.delete(request)
    this.push(request, entry.bytes)

    return true
  }

  #count (bytes: number): void {
    this.#bytes += bytes

    if (this.#total != null) {
      this.#total.bytes += bytes
    }
  }

  /** Keeps the dead fewer than the living, or few. */
  #compact (): void {
    if (this.#heap.size < 64 || this.#heap.size < 2 * this.#entries.size) {
      return
    }

    this.#heap = newHeap()

    for (const entry of this.#entries.values()) {
      this.#heap.push(entry)
    }
  }
}

function newHeap (): Heap<Entry> {
  return new Heap<Entry>(isMoreUrgent)
}
