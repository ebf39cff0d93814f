/**
 * The store of what is to be announced failed, or took too long. It is queued
 * nevertheless, and to be kept when the store works again; a process that ends
 * before has forgotten it.
 */
export class ProvidesNotKeptError extends Error {
  override readonly name = 'ProvidesNotKeptError'

  constructor (options?: ErrorOptions) {
    super('what is to be announced could not be kept, and would be lost in a crash', options)
  }
}

/**
 * What announces is imported when it is needed, and that failed, for the reason
 * that is the `cause`: the network was gone, or the file is no longer there.
 */
export class ProvidingNotLoadedError extends Error {
  override readonly name = 'ProvidingNotLoadedError'

  constructor (options?: ErrorOptions) {
    super('what announces could not be loaded', options)
  }
}
