import type { Clock } from './clock.ts'
import { fairTimer } from './fair-timer.ts'

export interface TimeoutSignal {
  signal: AbortSignal
  /** Stops the clock, if there is one, and lets go of the parents. To be called when the work is over, however it ended. */
  clear (): void
}

/**
 * A signal that aborts after `delay` milliseconds of the clock with a
 * `TimeoutError`, or with the reason of one of `parents` when that aborts first.
 */
export function timeoutSignal (clock: Clock, delay: number, ...parents: Array<AbortSignal | undefined>): TimeoutSignal {
  const controller = new AbortController()
  const cancel = fairTimer(clock, delay, () => {
    controller.abort(new DOMException(`took longer than ${delay} ms`, 'TimeoutError'))
  })
  const leave = follow(controller, parents)

  return {
    signal: controller.signal,
    clear: () => {
      cancel()
      leave()
    }
  }
}

/** A signal that aborts with the reason of one of `parents`, when the first of them does. */
export function joinedSignal (...parents: Array<AbortSignal | undefined>): TimeoutSignal {
  const controller = new AbortController()

  return { signal: controller.signal, clear: follow(controller, parents) }
}

/** Returns what lets go of the parents. */
function follow (controller: AbortController, parents: ReadonlyArray<AbortSignal | undefined>): () => void {
  const listeners: Array<() => void> = []

  for (const parent of parents) {
    if (parent == null) {
      continue
    }

    const abort = (): void => { controller.abort(parent.reason) }

    if (parent.aborted) {
      abort()
    } else {
      parent.addEventListener('abort', abort, { once: true })
      listeners.push(() => { parent.removeEventListener('abort', abort) })
    }
  }

  return () => { listeners.forEach(remove => { remove() }) }
}

/**
 * Settles as `promise` does, or rejects with the signal's reason when it aborts
 * first; what becomes of the promise then is of no interest. Leaves no listener.
 */
export async function raceSignal<T> (promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined)

    throw signal.reason
  }

  let abort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => { reject(signal.reason) }
    signal.addEventListener('abort', abort, { once: true })
  })

  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Settles as `work` does, which is handed the signal of {@link timeoutSignal}, or
 * rejects with its reason when it aborts first. Leaves no timer.
 */
export async function inTime<T> (clock: Clock, delay: number, work: (signal: AbortSignal) => Promise<T>, ...parents: Array<AbortSignal | undefined>): Promise<T> {
  const timeout = timeoutSignal(clock, delay, ...parents)

  try {
    return await raceSignal(work(timeout.signal), timeout.signal)
  } finally {
    timeout.clear()
  }
}
