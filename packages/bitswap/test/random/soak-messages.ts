/** What the processes of a soak say to each other. */

/** To a worker: live this seed. */
export interface SeedAsked {
  readonly seed: number
}

/** From a worker: how that went. */
export interface SeedDone {
  readonly seed: number
  /** Undefined when all was right. */
  readonly failure: string | undefined
  /** Bytes in use after a collection, now and then. */
  readonly heap: number | undefined
}
