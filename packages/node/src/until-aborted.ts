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
