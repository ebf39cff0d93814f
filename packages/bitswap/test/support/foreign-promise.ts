import { runInNewContext } from 'node:vm'

const wrap = runInNewContext('promise => new Promise((resolve, reject) => { promise.then(resolve, reject) })') as <T> (promise: Promise<T>) => Promise<T>

/** The same as a promise that is no `instanceof Promise` here, as those of another window. */
export function foreignPromise<T> (promise: Promise<T>): Promise<T> {
  return wrap(promise)
}
