/**
 * Which request of one peer is to make room first. Made when that is asked for
 * the first time, and kept up from then on: most peers never want too much.
 *
 * Costs the logarithm of the peer's requests for each that changes, and for each
 * that is asked for. Holds at most about two entries a request.
 */
import { Heap } from '../core/heap.ts'
import { isEvictable, isLessUseful, RequestState } from './request.ts'
import type { Request, Usefulness } from './request.ts'

/** A request as useful as it was when it was put here. */
interface Entry extends Usefulness {
  readonly request: Request
}

export class LeastUseful {
  readonly #requests: ReadonlyMap<string, Request>
  #heap: Heap<Entry> = newHeap()

  constructor (requests: ReadonlyMap<string, Request>) {
    this.#requests = requests
    this.#rebuild()
  }

  /**
   * Something became of it. Must be called when it is new, may be evicted again, or
   * is less useful than before; who has become more useful is found out later.
   */
  note (request: Request): void {
    this.#heap.push(entryOf(request))

    if (this.#heap.size > 2 * this.#requests.size + 64) {
      this.#rebuild()
    }
  }

  /** Undefined when all are being worked on, or sent. */
  peek (): Request | undefined {
    for (let entry = this.#heap.peek(); entry != null; entry = this.#heap.peek()) {
      const { request } = entry

      if (!isEvictable(request)) {
        this.#heap.pop()
      } else if (isUpToDate(entry)) {
        return request
      } else {
        this.#heap.pop()
        this.#heap.push(entryOf(request))
      }
    }

    return undefined
  }

  #rebuild (): void {
    this.#heap = newHeap()

    for (const request of this.#requests.values()) {
      if (isEvictable(request)) {
        this.#heap.push(entryOf(request))
      }
    }
  }
}

function newHeap (): Heap<Entry> {
  return new Heap<Entry>(isLessUseful)
}

function entryOf (request: Request): Entry {
  const { state, priority, batch, order } = request

  return { request, state, priority, batch, order }
}

/** Of the states only one makes a difference. */
function isUpToDate ({ request, state, priority, batch }: Entry): boolean {
  const isAbsent = state === RequestState.Absent

  return isAbsent === (request.state === RequestState.Absent) && priority === request.priority && batch === request.batch
}
