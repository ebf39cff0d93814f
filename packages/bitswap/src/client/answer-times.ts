/**
 * How long one peer is waited for: learnt from how long it has taken. Keeps when
 * it last gave a sign, and what that says of the next one. Pure.
 *
 * What counts is not how long a block takes to come, which depends on how much is
 * asked for, but how long nothing comes meanwhile: a peer that owes us a hundred
 * blocks and sends one after the other is never long silent.
 *
 * Not for: who is silent (`peer-changes.ts`), how fast a peer is (`peer-speed.ts`).
 */

/**
 * It is waited for twice as long as it ever took of late. The longest is by far
 * more than the mean of a peer whose answers take unequally long: of one whose
 * disk pauses, or whose path is crowded, a second pause of that length is no
 * silence.
 */
const PATIENCE = 2

/** What it took counts for as long as this in milliseconds, and for no longer than twice as long if it answers often. */
const REMEMBERED = 10_000

export interface AnswerTimesLimits {
  /** The least to wait, however fast it is. In milliseconds, as all times. */
  min: number
  /** The most to wait, and what one waits before anything is known. */
  max: number
}

export class AnswerTimes {
  readonly #limits: AnswerTimesLimits
  /** When it last answered something it owed, or began to owe. */
  #answeredAt = 0
  /** When it last sent a block it owed, or said that it lacks it, or began to owe blocks. */
  #blockAt = 0
  #excusedAt = -Infinity
  /** The longest waits of this period, and the one before. */
  #longest: number | undefined
  #longestBefore = 0
  #periodEnd = 0

  constructor (limits: AnswerTimesLimits) {
    this.#limits = limits
  }

  /** After how long without a sign it is silent, in milliseconds. */
  get timeout (): number {
    const { min, max } = this.#limits

    return this.#longest == null ? max : Math.min(max, Math.max(min, PATIENCE * Math.max(this.#longest, this.#longestBefore)))
  }

  /** When it last answered something it owed, or began to owe. */
  get answeredAt (): number {
    return this.#answeredAt
  }

  /** When it last sent a block it owed, or said that it lacks it, or began to owe blocks. */
  get blockAt (): number {
    return this.#blockAt
  }

  /** It owed nothing, and does now. */
  beganToOwe (now: number): void {
    this.#answeredAt = now
  }

  /** It owed no block, and does now. */
  beganToOweBlocks (now: number): void {
    this.#blockAt = now
  }

  /** It answered what it was asked at `askedAt`, if that is known; also when we had given that up. */
  answered (askedAt: number | undefined, now: number): void {
    this.#took(now - Math.max(this.#answeredAt, askedAt ?? -Infinity), now)
    this.#answeredAt = now
  }

  /** That was a block, or that it lacks one. */
  endedOne (now: number): void {
    this.#blockAt = now
  }

  /**
   * We could not listen: it is waited for anew. False when nothing came since it
   * was excused last; `lastSign` is when something did.
   */
  excuse (lastSign: number, now: number): boolean {
    if (lastSign <= this.#excusedAt) {
      return false
    }

    this.#excusedAt = now
    this.#answeredAt = now
    this.#blockAt = now

    return true
  }

  #took (time: number, now: number): void {
    if (now >= this.#periodEnd) {
      this.#longestBefore = this.#longest ?? 0
      this.#longest = time
      this.#periodEnd = now + REMEMBERED
    } else {
      this.#longest = Math.max(this.#longest ?? 0, time)
    }
  }
}
