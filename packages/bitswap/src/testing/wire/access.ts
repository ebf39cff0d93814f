/**
 * What all connections of a node share: the capacity of its way into the
 * network, up and down. Connections take turns on the way up, segment by
 * segment, as flows of TCP share a bottleneck; on the way down what comes first
 * is through first.
 *
 * Not for: the capacity of a single connection (`pipe.ts`).
 */
import type { Cancel, Clock } from '../../core/clock.ts'

/** What an uplink needs of a connection that has something to send. */
export interface Sending {
  /** Its own rate lets it send again from then on, in milliseconds of the clock. */
  readonly readyAt: number
  /** Sends the next segment, and returns its size; undefined when there is none (left). */
  sendNext (): number | undefined
}

export class Uplink {
  /** Bytes per second. */
  readonly rate: number
  readonly #clock: Clock
  /** In the order of their turns. */
  readonly #senders: Set<Sending> = new Set()
  #freeAt = 0
  /** A sender that sends may have others add themselves. */
  #serving = false
  #armed: { at: number, cancel: Cancel } | undefined

  constructor (clock: Clock, rate: number) {
    this.#clock = clock
    this.rate = rate
  }

  /** This one has something to send. Twice is once. */
  add (sender: Sending): void {
    this.#senders.add(sender)

    if (!this.#serving) {
      this.#serving = true
      this.#serve()
      this.#serving = false
    }
  }

  /** It sends no more. */
  remove (sender: Sending): void {
    this.#senders.delete(sender)
  }

  #serve (): void {
    const now = this.#clock.now()

    while (this.#freeAt <= now && this.#senders.size > 0) {
      const sender = this.#nextReady(now)

      if (sender == null) {
        break
      }

      this.#senders.delete(sender)
      const size = sender.sendNext()

      if (size != null) {
        this.#freeAt = Math.max(now, this.#freeAt) + size * 1000 / this.rate
        this.#senders.add(sender) // to the end of the line
      }
    }

    this.#arm(now)
  }

  #nextReady (now: number): Sending | undefined {
    for (const sender of this.#senders) {
      if (sender.readyAt <= now) {
        return sender
      }
    }

    return undefined
  }

  #arm (now: number): void {
    if (this.#senders.size === 0) {
      return
    }

    let at = Infinity

    for (const sender of this.#senders) {
      at = Math.min(at, sender.readyAt)

      if (at <= this.#freeAt) {
        break
      }
    }

    at = Math.max(at, this.#freeAt)

    if (this.#armed != null && this.#armed.at <= at) {
      return
    }

    this.#armed?.cancel()
    this.#armed = {
      at,
      cancel: this.#clock.timer(at - now, () => {
        this.#armed = undefined
        this.#serving = true
        this.#serve()
        this.#serving = false
      })
    }
  }
}

export class Downlink {
  /** Bytes per second. */
  readonly rate: number
  #freeAt = 0

  constructor (rate: number) {
    this.rate = rate
  }

  /** These bytes have come to the near end of it. When are they through? */
  admit (size: number, now: number): number {
    this.#freeAt = Math.max(this.#freeAt, now) + size * 1000 / this.rate

    return this.#freeAt
  }
}
