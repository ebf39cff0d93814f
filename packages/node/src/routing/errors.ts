/** How a way to find providers, or to announce them, fails. */

/** A DHT was to be told of a block, and no peer of it could be. */
export class NoDhtPeersError extends Error {
  override readonly name = 'NoDhtPeersError'
  readonly dht: string

  constructor (dht: string) {
    super(`no peer of the ${dht} could be told: is it connected to any?`)
    this.dht = dht
  }
}

/** A server of the delegated routing API answered with an error, or with what cannot be read. */
export class DelegatedRoutingError extends Error {
  override readonly name = 'DelegatedRoutingError'
  readonly url: string
  /** Of HTTP; undefined when the answer could not be read. */
  readonly status: number | undefined
  /** For how long it wants to be left alone, in milliseconds, if it said so. */
  readonly retryAfter: number | undefined

  constructor (url: string, reason: string, options: ErrorOptions & { status?: number, retryAfter?: number | undefined } = {}) {
    super(`${url} ${reason}`, options)
    this.url = url
    this.status = options.status
    this.retryAfter = options.retryAfter
  }
}
