/**
 * What became of the connection of each pair: what is late on it, and what may
 * have been lost on it for good, so that the books of the two may differ until
 * they are connected anew. A fresh connection makes all good.
 *
 * Bitswap says again what it wrote within the last second before a stream was
 * reset (`resendInterval`), and trusts the transport with all that is older. A
 * transport that keeps bytes for longer and loses them then has lost them for
 * good. That is how it is meant to be; so pairs to which this may have happened
 * are reconnected before their books are compared, and no others.
 */
import type { Clock } from '../../src/core/clock.ts'
import type { Resident } from './resident.ts'

interface Tie {
  /** Faults that keep bytes from arriving. */
  delays: number
  lateSince: number
  lateUntil: number
  /** A reset that waits for its byte. */
  cut: boolean
  /** A byte was changed, or will be. */
  changed: boolean
  /** Why the books may differ. */
  doubt: string | undefined
}

/** What is late for so long, senders give up by themselves, in milliseconds: a little less than `minSendTimeout`. */
const LONG = 8000

/**
 * Blocks that went out shortly before a reset are sent again. Who lacks one by
 * then says so, and keeps the want; who got it the first time knows of none.
 */
const LACKED = 'a block was to be sent again, and lacked'

/** What was late comes in a burst, and is through after so many milliseconds. */
const BURST = 200

export class Ties {
  readonly #clock: Clock
  readonly #ties: Map<Resident, Map<Resident, Tie>> = new Map()
  /** All are late at any time. */
  readonly #isSlow: boolean

  constructor (clock: Clock, isSlow: boolean) {
    this.#clock = clock
    this.#isSlow = isSlow
  }

  /** They have a new connection; what keeps bytes back may do so on that too. */
  renewed (a: Resident, b: Resident): void {
    Object.assign(this.#tie(a, b), { lateSince: this.#clock.now(), cut: false, changed: false, doubt: undefined })
  }

  /** From now on nothing arrives, until `caughtUp`. */
  delayed (a: Resident, b: Resident): () => void {
    const tie = this.#tie(a, b)

    if (tie.delays++ === 0 && this.#clock.now() > tie.lateUntil) {
      tie.lateSince = this.#clock.now()
    }

    if (tie.cut) {
      tie.doubt ??= 'a stream was cut that was late'
    }

    return () => { this.#caughtUp(tie) }
  }

  /** Streams are reset, or are going to be. */
  reset (a: Resident, b: Resident): void {
    const tie = this.#tie(a, b)
    tie.cut = true

    if (this.isLate(a, b)) {
      tie.doubt ??= 'what was late was lost with its stream'
    }
  }

  /**
   * A byte is going to be changed, which may become any other message, or make
   * one that never ends. Beneath Bitswap there is what finds that out and ends
   * the connection; here it is ended when all is healed.
   */
  changed (a: Resident, b: Resident): void {
    this.#tie(a, b).changed = true
  }

  wasChanged (a: Resident, b: Resident): boolean {
    return this.#tie(a, b).changed
  }

  doubt (a: Resident, b: Resident, why: string): void {
    this.#tie(a, b).doubt ??= why
  }

  doubtAbout (a: Resident, b: Resident): string | undefined {
    const tie = this.#tie(a, b)

    if (tie.delays > 0 && this.#clock.now() - tie.lateSince > LONG) {
      return 'is late for long'
    }

    return tie.cut && (a.mayLack || b.mayLack) ? LACKED : tie.doubt
  }

  /** May bytes be on their way that were sent a second ago? */
  isLate (a: Resident, b: Resident): boolean {
    const { delays, lateUntil } = this.#tie(a, b)

    return this.#isSlow || delays > 0 || this.#clock.now() <= lateUntil
  }

  /** Were bytes kept back since then? */
  wasLate (a: Resident, b: Resident, since: number): boolean {
    const { delays, lateUntil } = this.#tie(a, b)

    return delays > 0 || lateUntil >= since
  }

  #caughtUp (tie: Tie): void {
    const now = this.#clock.now()
    tie.delays--
    tie.lateUntil = now + BURST

    if (now - tie.lateSince > LONG) {
      tie.doubt ??= 'was late for so long that what was sent was given up'
    }
  }

  #tie (a: Resident, b: Resident): Tie {
    const known = this.#of(a).get(b)
    const tie = known ?? { delays: 0, lateSince: 0, lateUntil: -1, cut: false, changed: false, doubt: undefined }

    if (known == null) {
      this.#of(a).set(b, tie)
      this.#of(b).set(a, tie)
    }

    return tie
  }

  #of (resident: Resident): Map<Resident, Tie> {
    const ties = this.#ties.get(resident) ?? new Map<Resident, Tie>()
    this.#ties.set(resident, ties)

    return ties
  }
}
