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
