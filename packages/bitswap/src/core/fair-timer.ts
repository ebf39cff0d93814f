import type { Cancel, Clock } from './clock.ts'

/**
 * A timer that goes off so many milliseconds late was not let run: the machine
 * slept, the clock was set, or the process was busy. What was waited for may
 * have happened meanwhile, and is yet to be seen.
 */
const LATE = 100

/** Did what was due then come late, through no fault of anybody's? */
export function isLate (clock: Clock, dueAt: number): boolean {
  return clock.now() - dueAt > LATE
}

/**
 * As `clock.timer`, for deadlines of others: when it goes off late, they have as
 * long once more, and that once.
 */
export function fairTimer (clock: Clock, delay: number, callback: () => void): Cancel {
  const dueAt = clock.now() + delay
  let cancel = clock.timer(delay, () => {
    if (isLate(clock, dueAt)) {
      cancel = clock.timer(delay, callback)
    } else {
      callback()
    }
  })

  return () => { cancel() }
}
