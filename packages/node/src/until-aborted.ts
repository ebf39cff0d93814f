/** Settles as `promise` does, or rejects with the signal's reason when it aborts first; what becomes of the promise then is of no interest. Leaves no listener. */
export async function untilAborted<T> (promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal == null) {
    return await promise
  }

  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => { reject(signal.reason) }

  signal.addEventListener('abort', abort, { once: true })

  if (signal.aborted) {
    abort()
  }

  promise.catch(() => undefined)

  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * As `source`, but throws the signal's reason when it aborts, also while the source
 * does not answer; what it answers then is of no interest, and it is told that it is over.
 */
export async function * listedUntilAborted<T> (source: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  signal?.throwIfAborted()

  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const next = async (): Promise<IteratorResult<T>> => await iterator.next()
  let isOver = false

  try {
    for (let step = await untilAborted(next(), signal); step.done !== true; step = await untilAborted(next(), signal)) {
      yield step.value
    }

    isOver = true
  } finally {
    if (!isOver) {
      new Promise(resolve => { resolve(iterator.return?.()) }).catch(() => undefined)
    }
  }
}
