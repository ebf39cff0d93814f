/**
 * Requests in the order in which they are to be served: priority, then age.
 * One peer's; whose turn it is among peers is not decided here. Holds no more
 * than the peer may want.
 */
import { KeyedHeap } from '../core/keyed-heap.ts'
import { isMoreUrgent } from './request.ts'
import type { Request } from './request.ts'

/** A number of bytes that several queues add up to. */
export interface ByteTally {
  bytes: number
}

interface Place {
  bytes: number
  /** As they were when it was pushed: the heap relies on them. */
  priority: number
  order: number
}

export class RequestQueue {
  readonly #heap = new KeyedHeap<Request, Place>(isMoreUrgent)
  readonly #total: ByteTally | undefined
  #bytes = 0

  /** @param total - kept in step with the bytes of this queue and of others */
  constructor (total?: ByteTally) {
    this.#total = total
  }

  get size (): number {
    return this.#heap.size
  }

  has (request: Request): boolean {
    return this.#heap.has(request)
  }

  /** Sum of what {@link push} was told. */
  get bytes (): number {
    return this.#bytes
  }

  /** Must not be in the queue. When its priority changes, {@link update} it. */
  push (request: Request, bytes: number): void {
    const { priority, order } = request

    this.#heap.set(request, { bytes, priority, order })
    this.#count(bytes)
  }

  /** The most urgent. */
  peek (): Request | undefined {
    return this.#heap.peek()
  }

  /** Takes it out, wherever it is. False when it was not in. */
  delete (request: Request): boolean {
    const place = this.#heap.delete(request)

    this.#count(-(place?.bytes ?? 0))

    return place != null
  }

  /** Puts it where its priority belongs by now. False when it is not in. */
  update (request: Request): boolean {
    const place = this.#heap.delete(request)

    if (place != null) {
      const { priority, order } = request

      this.#heap.set(request, { bytes: place.bytes, priority, order })
    }

    return place != null
  }

  #count (bytes: number): void {
    this.#bytes += bytes

    if (this.#total != null) {
      this.#total.bytes += bytes
    }
  }
}
