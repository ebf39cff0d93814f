/**
 * What comes from a user's store, hash function or filter may be a promise of
 * another kind: of a library, or of another window. As a promise of ours it is
 * waited for wherever ours are; all else is handed on as it is, at once.
 */
export function nativePromise<T> (value: T | PromiseLike<T>): T | Promise<T> {
  return isThenable(value) ? Promise.resolve(value) : value
}

function isThenable<T> (value: T | PromiseLike<T>): value is PromiseLike<T> {
  return value instanceof Promise || typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function'
}
