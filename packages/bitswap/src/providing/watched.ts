/** Reads what others list, without waiting for them for ever, or holding up the event loop. */
import type { Cancel, Clock } from '../core/clock.ts'

/** Read at a stretch: then others have a turn of the event loop. */
const STRETCH = 1024

export interface Watch {
  clock: Clock
  /** How long each step may take, in milliseconds, and up to twice that. Left out, it may take for ever. */
  timeout?: number
  signal: AbortSignal
}

/**
 * As `source`, but for a step that takes too long it throws a `TimeoutError`, and
 * when the signal aborts its reason. Whatever becomes of the source then is of no
 * interest.
 */
export async function * watched<T> (source: AsyncIterable<T> | Iterable<T>, { clock, timeout, signal }: Watch): AsyncGenerator<T> {
  signal.throwIfAborted()

  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let fail: (reason: unknown) => void = () => {}
  let steps = 0
  let isWaiting = false
  let cancel: Cancel = () => {}
  const abort = (): void => { fail(signal.reason) }
  const watch = (before: number, limit: number): void => {
    cancel = clock.timer(limit, () => {
      if (isWaiting && steps === before) {
        fail(new DOMException(`nothing was listed for ${limit} ms`, 'TimeoutError'))
      }

      watch(steps, limit)
    })
  }

  signal.addEventListener('abort', abort, { once: true })
  let isOver = false

  if (timeout != null) {
    watch(-1, timeout)
  }

  try {
    for (;;) {
      signal.throwIfAborted() // while nobody waited, it was told to nobody
      isWaiting = true
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject
        Promise.resolve(iterator.next()).then(resolve, reject)
      })

      isWaiting = false
      signal.throwIfAborted()

      if (next.done === true) {
        isOver = true

        return
      }

      if (++steps % STRETCH === 0) {
        await new Promise<void>(resolve => { clock.soon(resolve) })
        signal.throwIfAborted()
      }

      yield next.value
    }
  } finally {
    cancel()
    signal.removeEventListener('abort', abort)

    if (!isOver) {
      new Promise(resolve => { resolve(iterator.return?.()) }).catch(() => undefined)
    }
  }
}
