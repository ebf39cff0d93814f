/** What goes wrong while serving. It is counted and logged, and never reaches a caller. */

/** The block store did not answer in time. */
export class StoreTimeoutError extends Error {
  override readonly name = 'StoreTimeoutError'
  /** How long it was given, in milliseconds. */
  readonly timeout: number

  constructor (timeout: number) {
    super(`the block store did not answer within ${timeout} ms`)
    this.timeout = timeout
  }
}
