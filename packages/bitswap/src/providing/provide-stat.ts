/** What was announced, and where that stands. */
export interface ProvideStat {
  /** CIDs that wait to be announced. */
  queued: number
  /** Being announced. */
  inFlight: number
  /** Announced since Bitswap was created: each as often as it was. */
  provided: number
  /** Given up after `maxAttempts`; the sweep brings them again. */
  failed: number
  /** For want of room; the sweep brings them. */
  dropped: number
  /** Of those that wait: those that failed and are tried again. */
  retrying: number
  /** For how many milliseconds the one has waited that waits longest; undefined when none does. */
  oldest: number | undefined
  /** Milliseconds until all are announced, at the speed of late; undefined before anything was. */
  remaining: number | undefined
  /** Everything fails: all wait, and one at a time is tried. */
  paused: boolean
  sweep: {
    /** How far it has come in the interval, from 0 to 1. */
    progress: number
    /**
     * By how many milliseconds something is announced later than once in the
     * interval. When it grows, more is listed than can be announced.
     */
    behind: number
  }
}

/** Of a Bitswap that announces nothing. */
export const NOTHING_PROVIDED: ProvideStat = Object.freeze({
  queued: 0,
  inFlight: 0,
  provided: 0,
  failed: 0,
  dropped: 0,
  retrying: 0,
  oldest: undefined,
  remaining: undefined,
  paused: false,
  sweep: Object.freeze({ progress: 0, behind: 0 })
})
